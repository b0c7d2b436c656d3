# %% [markdown]
# # Glossary
#
# The terms of the unit, one sentence each, with the notebook that explains them. Formulas and lines of code are on the
# [cheat sheet](cheat_sheet.ipynb); the way through the notebooks is in [Start here](0_start_here.ipynb). There is
# nothing to run.
#
# | term | meaning | explained in |
# |---|---|---|
# | **Accuracy** | The share of labels that were predicted right; 1 minus the zero-one loss. | [1.1] |
# | **Base rate** | The share of ones among all examples, before any feature is looked at. | [1.2] |
# | **Bias** | Another name for the intercept. | [1.2] |
# | **Binary cross-entropy** | Another name for the log loss with two classes. | [1.1] |
# | **Broadcasting** | NumPy's way of stretching a vector along the rows or columns of a matrix. | [2.1] |
# | **C** | scikit-learn's setting for the freedom of the weights: high means little regularisation. | [1.2] |
# | **Centering** | Subtracting from each column its mean, so that it has mean 0. | [2.3] |
# | **Class** | One of the possible values of a label, here 0 or 1. | [1.1] |
# | **Classification** | Predicting to which class an example belongs. | [1.1] |
# | **Clipping** | Keeping values inside a range, such as probabilities a hair away from 0 and 1. | [2.3] |
# | **Coefficient** | Another name for a weight; scikit-learn calls the weights `coef_`. | [2.2] |
# | **Convergence** | The state of training in which further steps hardly change the loss or the weights. | [1.1] |
# | **Convex function** | A function whose chords never run below its curve; every minimum is the global one. | [3.3] |
# | **Correlation** | A covariance divided by both standard deviations, between -1 and 1. | [2.3] |
# | **Cost** | The mean of the losses of all examples; often the word loss is used for it. | [1.1] |
# | **Covariance** | A number that is positive when two features rise together, else negative or near 0. | [2.3] |
# | **Cross-entropy** | The log loss for any number of classes. | [3.7] |
# | **Decision boundary** | The line, plane or hyperplane that parts the regions of two predicted labels. | [1.2] |
# | **Decision tree** | A model that splits the data into smaller groups by questions about single features. | [1.1] |
# | **Design matrix** | The features as a matrix, often with a column of ones for the intercept. | [3.3] |
# | **Dot product** | The sum of the products of two vectors, element by element: one number. | [2.1] |
# | **Elementwise** | Done to every element for itself, so that the shape stays. | [2.1] |
# | **Example** | One row of the data: the features of one thing and, where known, its label. | [1.3] |
# | **Feature** | A measured property that a prediction may use: one column of $X$. | [1.3] |
# | **Gradient** | The vector of a function's slopes, one a variable; it points to the steepest rise. | [3.1] |
# | **Gradient descent** | Finding a minimum by steps against the gradient. | [3.1] |
# | **Hessian** | The matrix of second derivatives of a function, its curvature in many dimensions. | [3.3] |
# | **Hyperparameter** | A setting that you choose before training, such as C or the learning rate. | [1.2] |
# | **Hyperplane** | What a line is in two dimensions and a plane in three, in any number of them. | [1.2] |
# | **Identity matrix** | Ones on the diagonal, zeros elsewhere: multiplying by it changes nothing. | [2.1] |
# | **Intercept** | The number $\alpha$ that is added to the weighted sum of the features. | [1.1] |
# | **Inverse logit** | The function $1 / (1 + e^{-z})$, which turns any number into a probability. | [1.2] |
# | **Inverse matrix** | The matrix whose product with the given one is the identity. | [2.1] |
# | **Iteration** | One round of a repeated step, such as one update of the weights. | [1.1] |
# | **K-nearest neighbours** | A model that answers with the labels of the examples most like the new one. | [1.1] |
# | **L1 penalty** | A price on the sum of the absolute weights, which drives some weights to exactly 0. | [3.4] |
# | **L2 penalty** | A price on the sum of the squared weights, which shrinks them all. | [3.4] |
# | **Label** | What is to be predicted: an entry of $y$. | [1.3] |
# | **Labelled example** | The features of an example together with its label. | [1.3] |
# | **lbfgs** | scikit-learn's default solver for logistic regression, a quasi-Newton method. | [3.1] |
# | **Learning rate** | The factor $\eta$ that says how far a step of gradient descent goes. | [3.1] |
# | **Least squares (OLS)** | Choosing the weights for which the sum of squared errors is smallest. | [4.1] |
# | **Linear classifier** | A classifier whose boundary is straight. | [1.1] |
# | **Linear combination** | A sum of numbers, each multiplied by a weight. | [1.1] |
# | **Linear model** | A model that predicts from a weighted sum of the features. | [1.1] |
# | **Linear regression** | The linear model that predicts a number. | [4.1] |
# | **Linear step** | The first step of a prediction: $z = \alpha + w \cdot x$. | [1.2] |
# | **Log loss** | The mean of minus the logarithm of the probability that was given to what happened. | [1.1] |
# | **Logistic regression** | The linear model that predicts the probability of a class. | [1.2] |
# | **Logit** | The logarithm of the odds. | [2.2] |
# | **Loss function** | A function that turns prediction errors into one number. | [1.1] |
# | **Matrix** | A table of numbers with rows and columns. | [2.1] |
# | **Matrix product** | The table of the dot products of the rows of one matrix with the columns of another. | [2.1] |
# | **Mean squared error (MSE)** | The mean of the squared differences between labels and predictions. | [1.1] |
# | **Multi-class classification** | Classification with more than two classes. | [3.7] |
# | **Newton's method** | Descent with the inverse of the second derivative, or Hessian, as learning rate. | [3.1] |
# | **Normalised vector** | A vector divided by its length, so that only its direction is left. | [4.3] |
# | **Odds** | The probability of an event divided by the probability of its absence. | [2.2] |
# | **One-vs-rest** | Telling many classes apart by one yes-or-no model for each. | [3.7] |
# | **Overfitting** | Following the noise of the training data, and so predicting new data worse. | [3.4] |
# | **Parameter** | A number that training learns: a weight or the intercept. | [1.2] |
# | **Parametric model** | A model whose form is fixed in advance, so that only its parameters are learned. | [1.1] |
# | **Penalty** | A price on large weights that is added to the loss. | [3.4] |
# | **Regression** | Predicting a number. | [4.1] |
# | **Regularisation** | Holding a model back from following the training data too closely, as by a penalty. | [3.4] |
# | **Residual** | The difference between a label and its prediction. | [4.1] |
# | **Root mean squared error (RMSE)** | The square root of the MSE, in the units of the label. | [4.1] |
# | **R²** | The share of the labels' variance that the predictions account for. | [4.1] |
# | **Scaling, standardising** | Bringing features to mean 0 and spread 1, as learned from training rows only. | [4.2] |
# | **Sigmoid** | Another name for the inverse logit. | [1.2] |
# | **Softmax** | The function that turns one number per class into probabilities that add up to 1. | [3.7] |
# | **Solver** | The method by which scikit-learn searches for the weights. | [1.3] |
# | **Sparse** | Having many weights that are exactly 0. | [3.4] |
# | **Squared error** | The square of the difference between label and prediction. | [1.1] |
# | **Stochastic gradient descent** | Gradient descent whose steps use only some of the rows at a time. | [3.3] |
# | **Test set** | Rows that are set aside before training and used to judge the finished model. | [1.3] |
# | **Threshold** | The probability above which the label is 1. | [1.2] |
# | **Tolerance** | How small a step must be for the search to stop. | [3.1] |
# | **Training** | Searching for the parameters that make the loss small. | [1.1] |
# | **Training error** | The share of mistakes on the training rows. | [1.1] |
# | **Training set** | The rows from which the parameters are learned. | [1.3] |
# | **Transpose** | A matrix with rows and columns exchanged. | [2.1] |
# | **Validation set** | Rows, neither of training nor of test, by which settings are chosen. | [3.4] |
# | **Vector** | An ordered list of numbers: a point in space, a row or column of data, an array. | [2.1] |
# | **Vectorised code** | Code that works on whole arrays and leaves the loop to NumPy. | [2.1] |
# | **Weight** | The number by which a linear model multiplies a feature. | [1.1] |
# | **Zero-one loss** | The share of wrong labels: 1 minus the accuracy. | [1.1] |
#
# Missing a term? Ask on the discussion board, and go on with [Start here](0_start_here.ipynb).
#
# [1.1]: 1_introduction/1.1_linear_models_and_loss.ipynb
# [1.2]: 1_introduction/1.2_predicting_with_logistic_regression.ipynb
# [1.3]: 1_introduction/1.3_assignment_logistic_regression.ipynb
# [2.1]: 2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb
# [2.2]: 2_inverse_logit_and_log_loss/2.2_prediction_from_scratch.ipynb
# [2.3]: 2_inverse_logit_and_log_loss/2.3_assignment_predict_and_evaluate.ipynb
# [3.1]: 3_training/3.1_gradient_descent.ipynb
# [3.3]: 3_training/3.3_training_logistic_regression.ipynb
# [3.4]: 3_training/3.4_learning_rate_and_regularization.ipynb
# [3.7]: 3_training/3.7_beyond_binary.ipynb
# [4.1]: 4_linear_regression/4.1_linear_regression.ipynb
# [4.2]: 4_linear_regression/4.2_demo_world_happiness.ipynb
# [4.3]: 4_linear_regression/4.3_lab_airbnb.ipynb
