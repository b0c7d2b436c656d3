# %% [markdown]
# # 1.1 Linear models and loss
#
# A linear model is one of the plainest things in machine learning: multiply each feature by a weight, add up, done.
# This lesson shows what such a model can and can't do, and how it learns: by making one number, the *loss*, as small
# as it can.
#
# **Afterwards you can**
#
# - say what makes a model linear, and when a linear model is a good choice;
# - compute three losses by hand and with NumPy: squared error, zero-one loss and log loss;
# - explain why some of them can guide training and others are only good for evaluating;
# - keep *loss* and *accuracy* apart.
#
# **Time** about 60 minutes. **Files** the churn table, `data/churn.csv`.
#
# **Goes with** the video *Watch Linear Models* and the page *Read Loss Functions*. There are two short practice
# tasks, which are checked but not graded. If you are new here, begin with [Start here](../0_start_here.ipynb).

# %%
import numpy as np
from sklearn import metrics

from workbook import check, plots
from workbook.data import load_churn

# %% [markdown]
# ## 1 What a linear model is
#
# **In words.** A linear model has one number, a **weight**, for each feature, and one number that stands for itself,
# the **intercept**. It multiplies each feature by its weight, adds the products up and adds the intercept. Such a
# weighted sum is called a *linear combination*.
#
# **Formula.** $z = \alpha + w_1 x_1 + w_2 x_2 + \dots + w_k x_k$, with the features $x$, the weights $w$ and the
# intercept $\alpha$.
#
# **A tiny example.** Points for a flat: start at 2, add 0.05 for each square metre, take 1.5 off for each kilometre
# to the station. A flat of 60 square metres, 2 kilometres away:

# %%
start, per_square_metre, per_kilometre = 2.0, 0.05, -1.5
print("points:", start + per_square_metre * 60 + per_kilometre * 2)

# %% [markdown]
# Anybody can check this sum, and read from it what each feature does. That is the charm of linear models: they are
# easy to implement, fast to train, fast to use, and of low complexity.
#
# The model is **parametric**: its form, the weighted sum, is fixed *before* it sees any data, and only the parameters
# are learned. That is a bold assumption. Two methods that you may know assume no such thing: **k-nearest neighbours**
# asks the examples that lie closest, and a **decision tree** splits the data into smaller and smaller groups. A
# linear model fits its line whatever the data look like, even where no line belongs.
#
# In this unit you meet two linear models: **logistic regression**, which gives the probability of an outcome (will
# this customer leave?), and **linear regression**, which predicts a number (which salary?). They belong to a family
# of models that learn in the same way, by lowering a loss. Support vector machines and neural networks are members,
# too; these can be thought of as many linear models, plugged together with a bend in between.

# %% [markdown]
# ## 2 A straight boundary
#
# A **linear classifier** parts two classes by a straight line: $y = a + x\,b$ in two features, a plane in three, a
# *hyperplane* in more. Non-linear models may bend their boundary. Two sets of points, with the best straight boundary
# in each:

# %%
plots.linear_and_not()

# %% [markdown]
# On the left a line does nearly everything. On the right it is hopeless: wherever you draw it, points of the ring lie
# on both sides. A parabola does much better, and a model with more freedom could draw a circle.
#
# So why not always take the most flexible model? Because it follows the noise as willingly as the pattern. It
# **fits** the training data better and may predict new data worse, which is called **overfitting**. A straight line
# can't wriggle much.
#
# Consider a linear model when
#
# - there is little data but many features,
# - you owe people an explanation of the prediction,
# - predictions must be fast,
# - or you want a plain first model that others have to beat.
#
# In the end it is a design decision, and it is settled by testing several models on data that they haven't seen.

# %% [markdown]
# ## 3 Learning means lowering a loss
#
# How does a linear model find its weights? In outline, training goes like this:
#
# 1. Start from a first guess of the weights, random numbers or zeros.
# 2. Predict, and measure how wrong the predictions are: the **loss**.
# 3. Change the weights a little, in a principled way, so that the loss gets smaller.
# 4. Go back to 2, until the loss hardly changes any more. Then training has **converged**.
#
# How step 3 works is the subject of module 3. What it does can be seen at once. Here scikit-learn trains on the churn
# table; each dot is one pass over the data.

# %%
churn = load_churn()
print("Table:", churn.attrs["source"])
plots.training_loss(churn.drop(columns="churn"), churn["churn"])

# %% [markdown]
# K-nearest neighbours and trees also make mistakes that can be counted, but no loss steers them through such a
# descent. For linear models it is the whole story, so let's look at losses one by one.

# %% [markdown]
# ## 4 Squared error: for numbers
#
# **In words.** When the label is a number, say a salary, take the difference between label and prediction and square
# it. Squaring does two things: it makes all errors positive, and it makes large errors weigh much more than small
# ones.

# %%
plots.squared_error_curve(truth=3.0)

# %% [markdown]
# **Formula.** The mean over all $N$ examples is the **mean squared error**, with the prediction $\hat y_i$:
#
# $$L_{MSE} = \frac{1}{N} \sum_{i=1}^{N} (y_i - \hat y_i)^2$$
#
# **A tiny example.** Labels 3, 5 and 8, predictions 4, 5 and 5: the errors are -1, 0 and 3, their squares 1, 0 and 9,
# and the mean of those is 10/3.

# %%
squares = [1, 0, 9]
print("mean squared error:", sum(squares) / 3)

# %% [markdown]
# A word on words: often *loss* is used for one example and *cost* for the average over all of them. In practice
# people mix the two freely. In this workbook a loss is the **mean** over the examples, unless it says otherwise.
#
# ### Task: `mean_squared_error`
#
# Write the mean squared error as a function. (Practice: as often as you like, no points.)


# %% answer="mean_squared_error"
def mean_squared_error(y, y_hat):
    """Mean squared error, one number, of predictions y_hat, shape (n,), for labels y, shape (n,)."""
    ### BEGIN SOLUTION
    return float(np.mean((y - y_hat) ** 2))
    ### END SOLUTION


# %% check="mean_squared_error"
check("mean_squared_error")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Three steps: an error per example, its square, and then the mean of the squares.
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# NumPy arrays are subtracted example by example, `a ** 2` squares each number of `a`, and `np.mean(...)` takes the
# mean. A loop with `zip(y, y_hat)` works as well.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# With `errors` for the difference of the two arguments: the mean of `errors ** 2`.
#
# </details>

# %% [markdown]
# ## 5 Zero-one loss: for labels
#
# **In words.** When the prediction is a label, it is either right, which costs 0, or wrong, which costs 1.
#
# **Formula.** $L_{01} = \frac{1}{N} \sum_i [\, \hat y_i \ne y_i \,]$, where the square bracket counts 1 if what it
# says is true and 0 if not. Divided by $N$ like this, it is the **share of mistakes**; on the training data it is
# also called the training error.
#
# **A tiny example.** Labels 1, 0, 1, 0, 0 and predictions 1, 1, 1, 0, 1: two of five are wrong.

# %%
wrong = [False, True, False, False, True]
print("zero-one loss:", sum(wrong) / 5, " accuracy:", 1 - sum(wrong) / 5)

# %% [markdown]
# (One friendly correction: the page you read with this lesson uses *accuracy* and *zero-one loss* as if they were the
# same. They add up to one: **the accuracy is 1 minus the zero-one loss**.)
#
# ### Task: `zero_one_loss`
#
# Write the share of wrong labels as a function.


# %% answer="zero_one_loss"
def zero_one_loss(y, y_hat):
    """Share of wrong labels, one number, in the predictions y_hat, shape (n,), of the labels y, shape (n,)."""
    ### BEGIN SOLUTION
    return float(np.mean(y != y_hat))
    ### END SOLUTION


# %% check="zero_one_loss"
check("zero_one_loss")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# For each example ask whether label and prediction differ. Then take the share of yes.
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Comparing two arrays gives an array of True and False. True counts as 1 and False as 0, so such an array has a sum
# and a mean.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The sign for *differs from* is `!=`. Compare the two arguments with it and take `np.mean` of what comes out.
#
# </details>

# %% [markdown]
# ## 6 Log loss: for probabilities
#
# **In words.** A classifier such as logistic regression gives more than a label: it gives a probability. The log loss
# compares this probability with what really happened, and so sees *shades* of correctness. For a customer who left,
# 0.9 is better than 0.6, though both give the same label. The charge is minus the logarithm of the probability that
# was given to what happened.
#
# **Formula.** With the label $y_i$ (0 or 1) and the probability $p_i$ of class 1,
#
# $$L_{LL} = -\frac{1}{N} \sum_{i=1}^{N} \bigl( y_i \log p_i + (1 - y_i) \log (1 - p_i) \bigr).$$
#
# It is also called *binary cross-entropy*. Of the two terms only one is ever alive: the first where $y_i = 1$, the
# second where $y_i = 0$.

# %%
plots.log_loss_curves()

# %% [markdown]
# Follow the curve for $y = 1$ from right to left: near $p = 1$ the example costs next to nothing; at 0.5 it costs
# $\log 2 \approx 0.69$; and towards $p = 0$, the wrong end, the cost grows towards **plus infinity**. (Another
# friendly correction: the source lets it go to *minus* infinity there, a slip of sign. $\log p$ goes down without
# bound, and the minus in front turns that up.)
#
# **A tiny example.** Three customers; the first and the third left. The model said 0.9, 0.2 and 0.4. One by one, and
# then with scikit-learn:

# %%
truth, chance = [1, 0, 1], [0.9, 0.2, 0.4]
given_to_what_happened = [0.9, 1 - 0.2, 0.4]
costs = [-np.log(probability) for probability in given_to_what_happened]
print("costs:", np.round(costs, 3), " mean:", round(sum(costs) / 3, 3))
print("scikit-learn:", round(metrics.log_loss(truth, chance), 3))

# %% [markdown]
# ### One loop, or one line
#
# The sum in the formula can be written as a loop over the examples, or as one line of NumPy that works on whole
# arrays. To see the difference without the log loss, which you will write yourself in module 2, here are both for a
# plainer quantity, the mean of $-\log p$:


# %%
def mean_cost_loop(p):
    """Mean of -log(p), with a loop."""
    total = 0.0
    for probability in p:
        total = total - np.log(probability)
    return total / len(p)


def mean_cost_numpy(p):
    """Mean of -log(p), on the whole array."""
    return -np.log(p).mean()


# %%
many = np.random.default_rng(1).uniform(0.01, 1, size=10_000)
seconds = plots.seconds_per_call(
    {"loop": mean_cost_loop, "one line": mean_cost_numpy}, [len(many)], lambda length: (many,)
)
print("both give", round(mean_cost_loop(many), 6), "and", round(mean_cost_numpy(many), 6))
plots.speed_bars(seconds.loc[len(many)].to_dict())

# %% [markdown]
# The line is much faster. It is also shorter and closer to the formula, once you are used to reading it.

# %% [markdown]
# ## 7 Which loss can guide training?
#
# Look at the first and the last curve again. Both change smoothly: move a prediction a little, and the loss moves a
# little and shows which way is better. That is what a numeric search for weights needs.
#
# The zero-one loss has no such signal. Nudge a probability from 0.3 to 0.4 and the label stays 0, so the loss stays
# the same; at 0.5 it jumps. An example of four customers who all left, whose probabilities get better and better:

# %%
all_left = np.ones(4)
for p in ([0.1, 0.2, 0.3, 0.4], [0.2, 0.3, 0.4, 0.45], [0.3, 0.4, 0.45, 0.49], [0.4, 0.45, 0.49, 0.51]):
    labels = (np.array(p) > 0.5).astype(int)
    mistakes = metrics.zero_one_loss(all_left, labels)
    print(p, f" zero-one loss {mistakes:.2f}   log loss {metrics.log_loss(all_left, p, labels=[0, 1]):.3f}")

# %% [markdown]
# The log loss falls in every line; the zero-one loss notices nothing until the very last. So it is a good number for
# *evaluating* a classifier, because everybody understands it, but rarely one to *train* with. Of the losses here,
# only log loss and squared error guide training:
#
# | loss | prediction | guides training? | used in this unit for |
# |---|---|---|---|
# | mean squared error | a number | yes | linear regression, module 4 |
# | log loss | a probability | yes | logistic regression, modules 1 to 3 |
# | zero-one loss, accuracy | a label | no | evaluating |

# %% [markdown]
# ## Summary
#
# - A linear model is a weighted sum of features plus an intercept. It is parametric: the form is fixed, the weights
#   are learned.
# - Its boundary is straight. Bent boundaries fit better and overfit more easily.
# - Training lowers a loss step by step, until it converges.
# - Squared error is for numbers, log loss for probabilities, zero-one loss for labels; accuracy is 1 minus the last.
# - A loss that guides training must change smoothly with the weights.
#
# **To think about.** A model gives every customer the probability 0.5. What is its log loss, whatever the labels are?
# And what would a model have to do to get a *higher* log loss than that?
#
# Next: [1.2 Predicting with logistic regression](1.2_predicting_with_logistic_regression.ipynb).
