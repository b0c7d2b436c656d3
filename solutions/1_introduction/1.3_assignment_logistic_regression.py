# %% [markdown]
# # 1.3 Assignment: a logistic regression model for churn
#
# A phone company wants to know who is about to leave. In this assignment you take its table of customers all the way
# to a trained and tested model: name the features and the label, set rows aside for testing, train a logistic
# regression with scikit-learn, measure its loss and its accuracy, and choose a threshold.
#
# **When you are done, you can**
#
# - build labelled examples from a table, and split them so that the test is fair,
# - train scikit-learn's logistic regression and read its probabilities,
# - evaluate a classifier by log loss and by accuracy, on rows that it has never seen,
# - write the accuracy at any threshold, and find the threshold where it is highest.
#
# **Time** about 75 minutes. **Files** `churn.csv`, a synthetic stand-in for a phone company's customers. **Before
# this** [1.1 Linear models and loss](1.1_linear_models_and_loss.ipynb) and [1.2 Predicting with logistic
# regression](1.2_predicting_with_logistic_regression.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `labeled_examples` | 2 | 1 for `feature_names` and `X`, 1 for `y` |
# | `split` | 1 | the two parts of X and of y |
# | `fitted_model` | 4 | 1 each, in this order: fitted model, test accuracy, probabilities, test log loss |
# | `accuracy_at` | 2 | 1 for right values, 1 for probabilities exactly at the threshold |
# | `best_threshold` | 1 | a threshold of the grid with the highest accuracy |
#
# Points of one task are earned in the order in which they are listed: the second counts once the first is there.
#
# Each answer cell holds a line that raises `NotImplementedError`. Replace that line with your code, run the cell,
# then run the check below it. You may run checks as often as you like and hand in again as often as you like. Later
# tasks start from the results of earlier ones; the grader compares each answer with what follows from *your* earlier
# results, so one slip costs only once.

# %% given="setup"
import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from workbook import check, plots
from workbook.data import DATA, load_churn

# %% [markdown]
# ## 1 Labelled examples
#
# The table that comes with the workbook is a **synthetic stand-in**: invented customers, drawn so that they resemble
# a real table called Cell2Cell. Its labels were drawn from a logistic model with known weights, so at the end you can
# see how near yours come. If you own the real extract, write its path here; the visible checks then can't compare,
# and grading still can.

# %% given="load_customers"
table = None  # or the path of your own copy of the Cell2Cell extract
df = load_churn(table)
print(f"{len(df):,} rows, {df.shape[1]} columns. Read from: {df.attrs['source']}")

# %% [markdown]
# One row is a customer. The last column, `churn`, is the label: 1 for a customer who left, 0 for one who stayed. The
# others are features: the monthly bill in dollars, outgoing and incoming calls, months as a customer, the age of the
# phone in days, and a few facts that are either so (1) or not (0).

# %%
df.head()

# %% [markdown]
# Before modelling, a glance at the label. If most customers stayed, then a "model" that always says *stayed* would
# have a high accuracy without having learned anything.

# %%
shares = df["churn"].value_counts(normalize=True).sort_index()
print(f"stayed {shares[0]:.1%}, left {shares[1]:.1%}")
print(f"always giving the more frequent answer is right for {shares.max():.1%}")

# %% [markdown]
# Half and half: the table was balanced on purpose. In life far fewer leave.
#
# A **labelled example** is a row of features together with its label. scikit-learn wants them apart: the features in
# a table `X` with one row an example, the labels in `y`, in the same order.
#
# **Task `labeled_examples` (2 points).** Make `feature_names`, a list of the names of the 11 features; `X`, a
# DataFrame with these columns of `df`; and `y`, the label as a Series. The label must not be among the features: a
# model that may read the answer has nothing to learn.

# %% answer="labeled_examples"
# feature_names: list of 11 names. X: DataFrame, shape (n, 11). y: Series, shape (n,), of 0 and 1.
### BEGIN SOLUTION
feature_names = [name for name in df.columns if name != "churn"]
X = df[feature_names]
y = df["churn"]
### END SOLUTION

# %% check="labeled_examples"
check("labeled_examples")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# `df.columns` holds all twelve names. You need the list without the last one, then the columns with these names, then
# the one column that you left out.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Three lines. `list(...)` makes a list of an Index; a list can be cut by a slice. `df[...]` with a *list* of names
# gives a DataFrame, `df[...]` with a *single* name a Series.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# For the names, `list(df.columns)` and a slice that leaves out the last element (`[:-1]`). For `X`, put that list
# into the brackets of `df[...]`.
# </details>

# %% [markdown]
# ## 2 Training rows and test rows
#
# A model is judged by customers that it has never seen. So some rows are set aside *before* training, and nobody
# looks at them until the model is finished. `train_test_split` draws them at random and keeps each row together with
# its label. Random, but repeatable: with the same `random_state` it always draws the same rows. A tiny example:

# %%
few = pd.DataFrame({"x": [10, 20, 30, 40, 50]})
few_train, few_test = train_test_split(few, test_size=0.4, random_state=0)
print("training rows:", few_train.index.tolist(), " test rows:", few_test.index.tolist())

# %% [markdown]
# **Task `split` (1 point).** Split `X` and `y` into `X_train`, `X_test`, `y_train` and `y_test`. A share of 0.33 of
# the rows is for testing; use `random_state=1234`, so that everybody works with the same rows.

# %% answer="split"
# X_train, X_test: parts of X. y_train, y_test: the labels of the same rows.
### BEGIN SOLUTION
parts = train_test_split(X, y, test_size=0.33, random_state=1234)
X_train, X_test, y_train, y_test = parts
### END SOLUTION

# %% check="split"
check("split")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# One call does it all, as in the example above, but with two tables that must be cut in the same way.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Given two tables, `train_test_split` returns four parts: both parts of the first table, then both parts of the
# second. Unpack them into four names on the left of one `=`.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# On the right: `train_test_split(X, y, ...)` with the two named arguments of the task in place of the dots. On the
# left: the two names that begin with `X_`, then the two that begin with `y_`.
# </details>

# %% [markdown]
# ## 3 Train and evaluate
#
# Training means: find the weights and the intercept for which the log loss on the training rows is as small as
# possible. In module 3 you will write that search yourself; here scikit-learn does it. Every model of scikit-learn is
# used in the same three steps: make it, `fit` it on examples, and ask it for predictions.
#
# How it searches is the business of its *solver*. These features live on very different scales (a phone's age in days
# beside a plain yes or no). That makes the default solver slow: it stops after 100 steps, before it is done, and says
# so in a warning. Choose `solver="newton-cholesky"`, which copes with such a table in a few steps, and leave all
# other settings alone. Two numbers then say how good the model is:
#
# - the **accuracy**, the share of right labels, where the label is 1 if the probability of leaving is above 0.5,
# - the **log loss**, which also sees *how sure* the model was: $L = -\frac{1}{N} \sum_i \bigl( y_i \log p_i + (1 -
#   y_i) \log (1 - p_i) \bigr)$.
#
# A tiny example with three customers, of whom two left. `metrics` has both numbers ready.

# %%
truth = np.array([1, 0, 1])
chance = np.array([0.9, 0.2, 0.4])
labels = np.array([1, 0, 0])  # 0.4 isn't above 0.5, so the last label is wrong
print(
    "log loss", round(metrics.log_loss(truth, chance), 3), " accuracy", round(metrics.accuracy_score(truth, labels), 3)
)

# %% [markdown]
# **Task `fitted_model` (4 points).** Make
#
# - `model`, a logistic regression fitted on the training rows (1 point),
# - `test_accuracy`, its accuracy on the test rows (1 point),
# - `probabilities`, what its `predict_proba` says about the test rows: two columns, first the probability of staying,
#   then the probability of leaving; they must come from a model that hasn't seen the test rows (1 point),
# - `test_log_loss`, the log loss of these probabilities on the test rows (1 point).

# %% answer="fitted_model"
# model: fitted LogisticRegression. probabilities: shape (n_test, 2). test_log_loss, test_accuracy: numbers.
### BEGIN SOLUTION
model = LogisticRegression(solver="newton-cholesky").fit(X_train, y_train)
probabilities = model.predict_proba(X_test)
test_log_loss = metrics.log_loss(y_test, probabilities)
test_accuracy = metrics.accuracy_score(y_test, model.predict(X_test))
### END SOLUTION

# %% check="fitted_model"
check("fitted_model")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Fit with the training part, evaluate with the test part. Labels are for the accuracy, probabilities for the log
# loss.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Four lines, one a name. A model has the methods `fit(X, y)`, `predict(X)` for labels and `predict_proba(X)` for
# probabilities. The functions of `metrics` take the true labels first, then what the model said.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `LogisticRegression(solver=...)` makes a model, and `.fit(..., ...)` trains it and gives it back. For the loss,
# exchange `truth` and `chance` in the tiny example for the test labels and for all that `predict_proba` returned.
# </details>

# %% [markdown]
# ### Is that good?
#
# A number alone says little; compare it with what a model without any knowledge would reach. Always saying 0.5 costs
# $\log 2$, whatever happens, and always giving the more frequent label is right for about half of the rows.

# %%
print(f"log loss: model {test_log_loss:.4f}, always saying 0.5 {np.log(2):.4f}")
print(
    f"accuracy: model {test_accuracy:.4f}, always the more frequent label {max(y_test.mean(), 1 - y_test.mean()):.4f}"
)

# %% [markdown]
# The model has learned something, and much stays uncertain: eleven facts don't tell the whole story of a customer.
# Now look into the model. It knows one weight per feature; one unit more of a feature multiplies the odds of leaving
# by $e^{\text{weight}}$.

# %%
weights = pd.DataFrame({"weight": model.coef_[0]}, index=feature_names)
weights["odds multiplied by"] = np.exp(weights["weight"])
weights.round(4)

# %% [markdown]
# A large weight doesn't make a feature important: it also depends on the unit. One day more of the phone's age hardly
# matters, but phones differ by hundreds of days. And if you work with the stand-in, you can compare with the truth,
# the weights from which its labels were drawn:

# %%
if table is None:
    weights["true weight"] = pd.read_json(DATA / "churn_true_weights.json")["weights"]
    print(weights[["weight", "true weight"]].round(4))

# %% [markdown]
# All signs agree, and most weights come near. They can't agree fully: the training rows are a sample, and each
# customer's label was drawn by chance.

# %% [markdown]
# ## 4 Thresholds
#
# A probability isn't a decision yet. The usual rule gives label 1 if $p > 0.5$, but 0.5 is not sacred. Let's see what
# other thresholds do. For what follows we need the probabilities of leaving alone: the last column of
# `probabilities`.

# %% given="probabilities_of_leaving"
p = np.asarray(probabilities, dtype=float).reshape(len(y_test), -1)[:, -1]
print(f"{len(p):,} probabilities from {p.min():.2f} to {p.max():.2f}")

# %%
plots.probability_by_class(p, y_test)

# %% [markdown]
# A threshold is a vertical line in this picture: whoever lies to the right of it gets label 1. Wherever you draw it,
# customers of both groups end up on the wrong side.
#
# The accuracy at a threshold $t$ is the share of rows whose label comes out right:
#
# $$\text{accuracy}(t) = \frac{1}{N} \sum_{i=1}^{N} \bigl[\, \hat y_i = y_i \,\bigr], \qquad
# \hat y_i = 1 \text{ if } p_i > t, \text{ else } 0,$$
#
# where the square bracket counts 1 if what it says is true, else 0. Mind the strict sign: a probability *exactly* at
# the threshold gets label 0. A tiny example, four customers at $t = 0.6$:

# %%
tiny_p, tiny_y = [0.9, 0.6, 0.7, 0.1], [1, 1, 0, 0]
tiny_labels = [1, 0, 1, 0]  # the second isn't above 0.6
print("right:", [a == b for a, b in zip(tiny_labels, tiny_y, strict=True)], " accuracy:", 2 / 4)

# %% [markdown]
# **Task `accuracy_at` (2 points).** Write the function for any probabilities, labels and threshold. One point for
# right values, one for probabilities exactly at the threshold.


# %% answer="accuracy_at"
def accuracy_at(p, y, threshold):
    """Share of rows, one number, whose label (1 where p > threshold, else 0) equals y; p and y have shape (n,)."""
    ### BEGIN SOLUTION
    return float(np.mean((p > threshold) == y))
    ### END SOLUTION


# %% check="accuracy_at"
check("accuracy_at")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# First a label per row, then compare the labels with `y`, then count.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Comparing an array with a number gives True or False per row, and True equals 1. Two arrays are compared row by row
# with `==`. The share of Trues in an array of Trues and Falses is its mean.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `labels = p > ...`, then the mean of `labels == ...`. In a loop, go through both with `zip(p, y)`: the rows of
# `y_test` have kept their old numbers, so `y[0]` need not be its first element.
# </details>

# %% [markdown]
# **Task `best_threshold` (1 point).** The given cell makes a grid of thresholds. Find the one with the highest
# accuracy on the test rows and call it `best_threshold`. If several share the highest accuracy, any of them will do.
#
# (The visible check knows the probabilities of the model that part 3 suggests. If yours has another solver or setting,
# it says that it can't compare; grading starts from your own `p`.)

# %% given="grid_of_thresholds"
thresholds = np.linspace(0.01, 0.97, 33)

# %% answer="best_threshold"
# best_threshold: one number of the grid.
### BEGIN SOLUTION
accuracies = [accuracy_at(p, y_test, threshold) for threshold in thresholds]
best_threshold = float(thresholds[np.argmax(accuracies)])
### END SOLUTION

# %% check="best_threshold"
check("best_threshold")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Compute the accuracy for each threshold of the grid, and remember for which one it was highest.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A loop or a comprehension over `thresholds` gives a list of accuracies. `np.argmax(...)` of a list is the position
# of its largest element.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# With a list `found` of accuracies: the threshold at the position `np.argmax(found)`, that is `thresholds[...]`.
# </details>

# %% [markdown]
# All accuracies in one picture:

# %%
plots.accuracy_by_threshold(p, y_test)

# %% [markdown]
# The top is flat: around 0.5 it hardly matters where exactly the line is drawn, and the winner is partly luck. Two
# things to keep in mind:
#
# - **The best threshold was found on the test rows**, so its accuracy is a little too rosy. For an honest number one
#   sets aside a third part, for validation, and chooses there.
# - **Accuracy counts both mistakes alike.** A company that pays little for a friendly phone call and loses much with
#   each customer would take a lower threshold, and call more people who would have stayed anyway.

# %% [markdown]
# ## Summary
#
# You made labelled examples, kept test rows apart, trained a logistic regression, and evaluated it by the log loss
# and by the accuracy, next to what no knowledge at all would reach. A threshold turns probabilities into labels; 0.5
# is one choice among many.
#
# **To think about.** Suppose losing a customer costs 400 dollars and a phone call costs 20, and every customer who is
# called stays. From which probability of leaving on is a call worth its price?
#
# Save this notebook, and hand in the folder of the module; you may do so again as often as you like. Next, you open
# the box: [2.1 Vectors and matrices](../2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb).
