# %% [markdown]
# # Cheat sheet
#
# The formulas, shapes and lines of code of the unit on one page. Terms are explained in the
# [glossary](glossary.ipynb); the way through the notebooks is in [Start here](0_start_here.ipynb). There is nothing
# to run.
#
# ## Letters and shapes
#
# | letter | what | shape |
# |---|---|---|
# | $X$ | features, one row an example | (n, k) |
# | $y$ | labels: 0 and 1, or numbers in module 4 | (n,) |
# | $w$ | weights, one a feature | (k,) |
# | $\alpha$ | intercept | a number |
# | $z$ | linear step | (n,) |
# | $p$ | probability of class 1 | (n,) |
# | $\hat y$ | predicted label or number | (n,) |
# | $X_1$, $w_1$ | $X$ with a **last** column of ones; weights with the intercept **last** | (n, k + 1), (k + 1,) |
# | `coef_`, `intercept_` | what scikit-learn learned, for two classes | (1, k), (1,) |
# | `predict_proba(X)` | probabilities, column 0 for class 0, column 1 for class 1 | (n, 2) |
# | gradient | slope of the loss in each weight | (k + 1,) |
# | Hessian | curvature of the loss, for each pair of weights | (k + 1, k + 1) |
#
# Matrix product: (n, m) times (m, k) is (n, k). The inner dimensions must agree.
#
# ## Formulas
#
# **Prediction** ([1.2](1_introduction/1.2_predicting_with_logistic_regression.ipynb))
#
# $$z = \alpha + w \cdot x, \qquad P(y = 1) = \frac{1}{1 + e^{-z}}, \qquad \hat y = 1 \text{ if } P > t$$
#
# odds $= P / (1 - P) = e^{z}$; one unit more of feature $j$ multiplies the odds by $e^{w_j}$.
#
# **Losses**, each a mean over $N$ examples ([1.1](1_introduction/1.1_linear_models_and_loss.ipynb))
#
# $$L_{LL} = -\frac{1}{N} \sum_i \bigl( y_i \log p_i + (1 - y_i) \log (1 - p_i) \bigr)$$
#
# $$L_{MSE} = \frac{1}{N} \sum_i (y_i - \hat y_i)^2, \qquad L_{01} = \frac{\text{number of wrong labels}}{N}$$
#
# accuracy $= 1 - L_{01}$. Always saying 0.5 costs $\log 2 \approx 0.693$.
#
# **Training** ([3.1](3_training/3.1_gradient_descent.ipynb),
# [3.3](3_training/3.3_training_logistic_regression.ipynb))
#
# | | step |
# |---|---|
# | gradient descent | $w \leftarrow w - \eta\, f'(w)$ |
# | Newton | $w \leftarrow w - f'(w) / f''(w)$, in many dimensions $w \leftarrow w - H^{-1} g$ |
#
# For the mean log loss: $g = \frac{1}{N} X_1^T (p - y)$ and $H = \frac{1}{N} X_1^T\, \text{diag}(p (1 - p))\, X_1$.
# Stop when the step is smaller than the tolerance.
#
# **Regularisation** ([3.4](3_training/3.4_learning_rate_and_regularization.ipynb)): L1 adds $\frac{1}{C} \sum |w_j|$,
# L2 adds $\frac{1}{C} \sum w_j^2$; a high $C$ means a weak penalty. scikit-learn's own scale: mean loss $+ \frac{1}{2
# C N} \sum w_j^2$, intercept free.
#
# **Linear regression** ([4.1](4_linear_regression/4.1_linear_regression.ipynb)): $\hat y = \alpha + w \cdot x$ with
# the least sum of squared errors; RMSE $= \sqrt{MSE}$; $R^2 = 1 - \frac{\sum (y_i - \hat y_i)^2}{\sum (y_i - \bar
# y)^2}$.
#
# **Many classes** ([3.7](3_training/3.7_beyond_binary.ipynb)): softmax $P_c = e^{z_c} / \sum_j e^{z_j}$.
#
# ## NumPy
#
# | line | what it does |
# |---|---|
# | `a * b`, `a + 1`, `np.exp(a)`, `np.log(a)` | each element for itself, same shape |
# | `a.sum()`, `a.mean()` | one number |
# | `A.mean(axis=0)`, `A.sum(axis=1)` | down the rows: one number a column; along the rows: one number a row |
# | `a @ b`, `A @ b`, `A @ B` | dot product, matrix times vector, matrix product |
# | `A.T` | transpose, (n, k) becomes (k, n) |
# | `A.shape`, `a.reshape(-1, 1)`, `A.ravel()` | the shape; make a column; flatten |
# | `np.column_stack([A, b])`, `np.ones(n)` | put a column beside a table; a vector of ones |
# | `np.linalg.inv(A)`, `np.linalg.solve(A, b)` | inverse; solution of $A x = b$ (better where that is what you want) |
# | `np.linalg.lstsq(A, b)` | least squares |
# | `np.clip(a, low, high)` | keep values in a range |
# | `np.where(condition, a, b)` | choose element by element |
# | `np.argmin(a)`, `np.argmax(a)` | position of the smallest and largest element |
# | `np.linspace(low, high, n)`, `np.arange(low, high)` | evenly spaced numbers |
# | `np.testing.assert_allclose(a, b)` | compare all values, up to rounding |
#
# ## scikit-learn
#
# | line | what it does |
# |---|---|
# | `train_test_split(table, labels, test_size=..., random_state=...)` | draw a training and a test part |
# | `LogisticRegression(C=1.0, solver="newton-cholesky")` | make a model; `C` is a hyperparameter |
# | `model.fit(features, labels)` | train it |
# | `model.predict(features)`, `model.predict_proba(features)` | labels; probabilities |
# | `model.score(features, labels)` | accuracy of a classifier, $R^2$ of a regression |
# | `metrics.log_loss(labels, chances)` | mean log loss |
# | `metrics.accuracy_score(labels, guesses)` | share of right labels |
# | `StandardScaler().fit(training_features)` | learn means and spreads, from training rows only |
# | `LinearRegression()`, `SGDRegressor()` | linear regression by least squares; by gradient descent |
# | `metrics.mean_squared_error(labels, guesses)` | mean squared error |
#
# ## pandas
#
# | line | what it does |
# |---|---|
# | `table.head()`, `table.shape`, `table.describe()` | a first look |
# | `table["name"]`, `table[["one", "two"]]` | one column (Series); some columns (DataFrame) |
# | `table.dropna()` | leave out rows with gaps: from the whole table, *before* features and label go apart |
# | `table["name"].mean()`, `.value_counts()` | mean; how often each value occurs |
# | `table.to_numpy(dtype=float)` | the values as an array |
#
# ## When something goes wrong
#
# | you see | look for |
# |---|---|
# | *operands could not be broadcast together with shapes ...* | two shapes that don't fit: print both `.shape` |
# | *matmul: ... size 4 is different from 2* | inner dimensions; perhaps a transpose is missing |
# | a result of shape (n, n) where (n,) was expected | an (n, 1) column met an (n,) vector: flatten the column |
# | `inf` or `nan` in the loss | the logarithm of 0: keep probabilities away from 0 and 1 |
# | *overflow encountered in exp* | $e^{-z}$ for a very negative $z$ |
# | *lbfgs failed to converge* | features on very different scales: scale them, or use another solver or more steps |
# | the loss rises or jumps | a learning rate that is too large, or a wrong sign in the gradient |
# | *name '...' is not defined* | a cell further up that wasn't run |
#
# ## Where to next
#
# Back to [Start here](0_start_here.ipynb), or to the [glossary](glossary.ipynb).
