# %% [markdown] submissions="once"
# # 3.5 Assignment: optimising logistic regression
#
# How strongly should a model be held back? Nobody can tell in advance, so you try: twenty values of the
# hyperparameter C, from almost no freedom to almost no restraint, each judged on customers that the model has not
# seen. Then you read the two curves that come out, and put into words what they say.
#
# **When you are done, you can**
#
# - train and evaluate a logistic regression for any C with one function of your own;
# - sweep a hyperparameter over many powers of ten and keep the results;
# - plot such a sweep on an axis that makes it readable;
# - explain in words why log loss and accuracy behave as they do.
#
# **Time** about two hours. **Files** `churn.csv`, a synthetic stand-in for a phone company's customers. **Before
# this** [3.4 Learning rate and regularisation](3.4_learning_rate_and_regularization.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `train_test_lr` | 3 | 2 for log loss and accuracy as scikit-learn gives them, 1 for the right use of C |
# | `regularization_path` | 2 | 1 for the twenty values of C, 1 for the losses and accuracies |
# | `loss_plot` | 1 | 0.5 for the line, 0.5 for both axis labels and a title |
# | `accuracy_plot` | 1 | the same |
# | `loss_analysis` | 2 | marked by a person |
# | `accuracy_analysis` | 2 | marked by a person |
#
# **Handing in.** This is the unit assignment. A person reads your analyses, so it is handed in **once**. Run the
# checks as often as you like before that; save the notebook and mark it as completed.

# %% given="setup"
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from workbook import check
from workbook.data import load_churn

# %% [markdown]
# ## 1 The customers
#
# The table is the one you know: 11 features of a phone company's customers and the label, whether they left. Two
# thirds of the rows train, one third tests.
#
# **Scaling comes first.** A penalty adds up the weights of all features, so it treats a feature counted in days
# (small weights) unlike one counted as yes or no (large weights). Once every feature has mean 0 and standard
# deviation 1, all are treated alike. The scaler learns means and deviations **from the training rows only**: test
# rows stand for customers of the future, and nobody knows their mean today.

# %% given="load_customers"
table = None  # or the path of your own copy of the Cell2Cell extract
churn = load_churn(table)
X = churn.drop(columns="churn").to_numpy(dtype=float)
y = churn["churn"].to_numpy(dtype=float)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.33, random_state=1234)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)
print(f"{len(X_train):,} rows to train on, {len(X_test):,} to test. Read from: {churn.attrs['source']}")

# %% [markdown]
# ## 2 One model for one C
#
# A reminder of 3.4: scikit-learn's C is the **inverse** strength of the penalty. A small C is a strong penalty, which
# pulls all weights towards 0; a large C leaves the model alone. In numbers, for the weights 0.5 and -2 the L2 penalty
# adds up $0.5^2 + (-2)^2 = 4.25$, and C divides it:

# %%
for C in (0.01, 1, 100):
    print(f"C = {C:<6} penalty of the weights 0.5 and -2:", (0.5**2 + (-2) ** 2) / C)

# %% [markdown]
# **Task `train_test_lr` (3 points).** Write a function that trains scikit-learn's `LogisticRegression` with the given C
# on the training rows, and returns two numbers measured on the **test** rows: the log loss first, then the accuracy.
# Leave all other options as they are by default. Without the last argument, C is 1. Two points for right values, one
# for the right use of C.


# %% answer="train_test_lr"
def train_test_lr(X_train, y_train, X_test, y_test, C=1):
    """Log loss and accuracy on the test rows of a logistic regression trained with C on the training rows."""
    ### BEGIN SOLUTION
    model = LogisticRegression(C=C).fit(X_train, y_train)
    probabilities = model.predict_proba(X_test)[:, 1]
    return log_loss(y_test, probabilities), accuracy_score(y_test, model.predict(X_test))
    ### END SOLUTION


# %% check="train_test_lr"
check("train_test_lr")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Three steps: make and fit a model, predict for the test rows, measure twice. One of the two measures needs
# probabilities, the other labels.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `predict_proba` returns two columns, the second for class 1; `predict` returns labels. `log_loss` and
# `accuracy_score` are imported above; both take the true labels first.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The model is `LogisticRegression(C=...)`, fitted to the two training arguments. The last line is
# `return ..., ...` with the loss in front.
# </details>

# %% [markdown]
# Once it works, try it with the default C. Always saying 0.5 would cost a log loss of $\log 2$:

# %%
loss, accuracy = train_test_lr(X_train, y_train, X_test, y_test)
print(f"C = 1: log loss {loss:.4f} (saying 0.5 to all: {np.log(2):.4f}), accuracy {accuracy:.4f}")

# %% [markdown]
# ## 3 Twenty models
#
# Nobody knows the right size of C in advance, not even roughly. So its values go up by factors of ten:
# $10^{-10}, 10^{-9}, \dots, 10^{9}$. Powers of ten with a negative exponent need a float, `10.0**-2`, as below; for
# arrays of whole numbers NumPy refuses.

# %%
print([10.0**exponent for exponent in (-2, -1, 0, 1)])

# %% [markdown]
# **Task `regularization_path` (2 points).** Make three lists (or arrays) of 20 numbers: `Cs`, from $10^{-10}$ up to
# $10^9$; `losses` and `accuracies`, what your function returns for each of them. One point for `Cs`, one for the
# results. They are compared with what *your* `train_test_lr` gives, so that a known mistake there costs only once.

# %% answer="regularization_path"
# Cs: 20 powers of ten, 10**-10 to 10**9. losses and accuracies: what train_test_lr returns for each.
### BEGIN SOLUTION
Cs = [10.0**exponent for exponent in range(-10, 10)]
results = [train_test_lr(X_train, y_train, X_test, y_test, C=C) for C in Cs]
losses = [loss for loss, accuracy in results]
accuracies = [accuracy for loss, accuracy in results]
### END SOLUTION

# %% check="regularization_path"
check("regularization_path")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# One list of exponents, one of C, and a loop that calls your function and keeps both numbers.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `range(-10, 10)` ends at 9. Start with two empty lists; in the loop, unpack the pair and `append` to both.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `for C in Cs:` and then `loss, accuracy = train_test_lr(...)` with the four tables and C; two appends follow.
# </details>

# %%
path = pd.DataFrame({"C": Cs, "log loss": losses, "accuracy": accuracies})
path.style.format({"C": "{:.0e}", "log loss": "{:.4f}", "accuracy": "{:.4f}"}).hide(axis="index")

# %% [markdown]
# ## 4 Two plots
#
# On an ordinary axis, 19 of the 20 values of C would crowd at the left edge: the largest is ten times the next one.
# Draw over $\log_{10} C$ instead, or give the axis a log scale. Then every factor of ten takes the same room. Mind what
# you read later: where the axis says -2, C is $10^{-2} = 0.01$.
#
# **Task `loss_plot` (1 point).** Draw `losses` as a line over $\log_{10} C$ (or over C on a log axis). Label both axes,
# give the plot a title, and keep its Axes in `loss_ax`. Half a point for the line, half for labels and title. Use
# matplotlib, pandas or seaborn, as you like.

# %% answer="loss_plot"
# A line plot of losses over log10 of C, with axis labels and a title; its Axes kept in loss_ax.
### BEGIN SOLUTION
fig, loss_ax = plt.subplots(figsize=(7, 4), layout="constrained")
loss_ax.plot(np.log10(Cs), losses, marker="o")
loss_ax.set_xlabel("log10 of C (C has no unit)")
loss_ax.set_ylabel("log loss on the test rows (nats)")
loss_ax.set_title("The loss falls while the penalty weakens, then levels off")
plt.show()
### END SOLUTION

# %% check="loss_plot"
check("loss_plot")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# A figure holds Axes, the frame that you draw in. Make the Axes first and ask *them* to draw: then you have them in
# hand.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `plt.subplots()` returns a figure and its Axes. Axes have `plot(x, y)`, `set_xlabel`, `set_ylabel`, `set_title`. If
# you prefer `plt.plot`, fetch the Axes afterwards: `loss_ax = plt.gca()`. (`plt.plot` itself returns a list of lines.)
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.log10(Cs)` is what goes to the right, your list what goes up. With pandas, `path.plot(x="C", y="log loss",
# logx=True)` returns Axes; the labels and the title are left to you.
# </details>

# %% [markdown]
# **Task `accuracy_plot` (1 point).** The same for `accuracies`, with the Axes in `accuracy_ax`.

# %% answer="accuracy_plot"
# A line plot of accuracies over log10 of C, with axis labels and a title; its Axes kept in accuracy_ax.
### BEGIN SOLUTION
fig, accuracy_ax = plt.subplots(figsize=(7, 4), layout="constrained")
accuracy_ax.plot(np.log10(Cs), accuracies, marker="s", color="tab:orange")
accuracy_ax.set_xlabel("log10 of C (C has no unit)")
accuracy_ax.set_ylabel("accuracy on the test rows (share)")
accuracy_ax.set_title("The accuracy jumps early, then levels off")
plt.show()
### END SOLUTION

# %% check="accuracy_plot"
check("accuracy_plot")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# The same picture once more, with the other list, on Axes of its own.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Copy your cell for the loss. Four things change: the name of the Axes, the list that is drawn, the vertical label and
# the title.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# Start a new figure with `plt.subplots()` and call its Axes `accuracy_ax`; if you draw into the old Axes, both curves
# land in one picture.
# </details>

# %% [markdown]
# ## 5 What the curves say
#
# Two short texts, of about five sentences each. Write in your own words and with numbers from your own results.
#
# **Task `loss_analysis` (2 points, marked by a person).** Which C, or which range of C, gives the lowest log loss?
# Describe the curve from left to right (1 point), and explain its shape: what does the penalty do to weights and
# probabilities at either end? (1 point). Give values of C itself, not of its logarithm.

# %% [markdown] written="loss_analysis"
# *Write your answer here.*

# %% [markdown]
# **Task `accuracy_analysis` (2 points, marked by a person).** Which C, or which range, gives the highest accuracy
# (1 point)? Compare the two curves: where does one move while the other hardly does, and why? (1 point)

# %% [markdown] written="accuracy_analysis"
# *Write your answer here.*

# %% [markdown]
# ## Summary
#
# You trained the same model twenty times and changed one number. That is all there is to a *sweep*, and with other
# hyperparameters it is done the same way.
#
# One honest word: choosing C by the test rows makes their loss a little too good to be true, since the choice has seen
# them. With a choice of 20 the effect is small; for real work, choose on a third set of rows, the *validation* rows, or
# by cross-validation, and keep the test rows for a single look at the end.
#
# **To think about.** Your loss hardly rises at the far right, where the penalty is all but gone. What would you have to
# change about the *data* to see it rise?
#
# Next: [3.6 Written submission](3.6_written_submission.ipynb).
