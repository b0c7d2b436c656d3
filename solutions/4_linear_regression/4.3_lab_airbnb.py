# %% [markdown] submissions="once"
# # 4.3 Lab: your own logistic regression on Airbnb listings
#
# This is the three-hour lab of the unit. You write a Python class that trains a logistic regression by Newton's
# method and predicts with it, as scikit-learn's does. Then you let both loose on the same listings and compare
# weights and speed.
#
# **When you are done, you can**
#
# - clean a raw table and build labelled examples from it, without losing track of the rows;
# - write a class whose methods hand their results to each other;
# - train by Newton's method, with a stopping rule that looks at the direction of the weights;
# - check your own work against a library, and say when you would use which.
#
# **Time** three hours with your group, see the plan below. **Files** `airbnb_listings.csv`, a synthetic stand-in for
# Airbnb listings in New York City. **Before this** [4.1 Linear regression](4.1_linear_regression.ipynb) and, for the
# formulas, [3.3 Training logistic regression](../3_training/3.3_training_logistic_regression.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `listing_examples` | 2 | 1 for the right rows and columns in `df`, `X` and `y`, 1 for their values |
# | `LogisticRegressionScratch` | 10 | five methods and the whole, listed beside the task |
# | `scratch_against_sklearn` | 2 | 1 for the two fitted models, 1 for their difference |
# | `lab_discussion` | 6 | marked by a person: differences, timing, when to use which |
#
# **Handing in.** Save the notebook and mark the lab as completed. Because a person reads the last part, the lab is
# handed in once. Run the checks as often as you like before that.

# %% [markdown]
# ## The three hours
#
# | minutes | what |
# |---|---|
# | 10 | icebreaker in small groups |
# | 30 | overview of the week's concepts |
# | 20 | big-picture questions, in groups |
# | 10 | discussion of the answers |
# | 10 | break |
# | 30 | work: sections 1 and 2 |
# | 15 | debrief |
# | 30 | work: sections 3 and 4 |
# | 15 | debrief |
# | 10 | close |
#
# **Big-picture questions.** Answer them with your group, out loud, before you code.
#
# 1. What is the model's *form*, and what is *learned*? Which of the numbers in this lab are hyperparameters?
# 2. Why does training minimise the log loss and not the number of wrong labels?
# 3. What does the Hessian know that a learning rate does not, and what does it cost?
# 4. A library does all this in one line. What do you gain by writing it once yourself?

# %% [markdown]
# ## 1 The problem and its table
#
# Airbnb calls experienced hosts with excellent ratings *superhosts*. Can the guests' ratings and the host's own
# habits tell who is one? The **label** is `host_is_superhost`; the **features** are five review scores and two rates:
# how many requests a host answers, and how many are accepted. It is a problem of **binary classification**.

# %% given="setup"
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from workbook import check, plots
from workbook.data import AIRBNB_FEATURES, load_airbnb

# %% given="load_listings"
table = None  # or the path of your own copy of Inside Airbnb's detailed listings
raw = load_airbnb(table)
feature_names = AIRBNB_FEATURES
label_name = "host_is_superhost"

# The eight columns as they came, packed into whole numbers: the check compares your table with them.
listing_codes = np.asarray(raw[[*feature_names, label_name]].astype(str)).astype("S8").view(np.int64)
print(f"{len(raw):,} listings. Read from: {raw.attrs['source']}")

# %% [markdown]
# The table is as raw as it was found: nobody has cleaned it for you. (The one that comes with the workbook is
# **synthetic**: none of these listings exists.) Look before you compute.

# %%
raw[[*feature_names, label_name]].head(8)

# %%
for name in feature_names:
    column = raw[name]
    print(f"{name:28} {column.isna().sum():5} missing, for example {column.dropna().iloc[:3].tolist()}")
print(raw[label_name].value_counts(dropna=False).to_dict())

# %% [markdown]
# Three kinds of dirt: the rates are texts such as `95%`, or `N/A` where nothing is known; listings without a review
# have no scores; the label is `t`, `f`, or missing.
#
# A small example first. `str.rstrip("%")` takes the sign off, and `pd.to_numeric(..., errors="coerce")` makes a
# missing value of whatever is not a number.

# %%
texts = pd.Series(["95%", "N/A", "100%"])
print(pd.to_numeric(texts.str.rstrip("%"), errors="coerce").tolist())

# %% [markdown]
# **Task `listing_examples` (2 points).** Make three variables.
#
# - `df`: the table after cleaning, a DataFrame. The two rates are numbers **in percent** (`95%` becomes 95.0, not
#   0.95); the label is 1 and 0, or True and False; only rows remain in which all seven features *and* the label are
#   there. Keep the order of the rows. Further columns do no harm.
# - `X`: the seven features of `df`, in the order of `feature_names`.
# - `y`: the label, from the same rows.
#
# One point for the right rows and columns, one for the values. Drop rows from the table *before* you take `X` and
# `y` from it, so that the two stay together.

# %% answer="listing_examples"
# df: cleaned and complete. X: its seven features. y: its label, 1 or 0.
### BEGIN SOLUTION
df = raw.copy()
for rate in ("host_response_rate", "host_acceptance_rate"):
    df[rate] = pd.to_numeric(df[rate].astype(str).str.rstrip("%"), errors="coerce")
df[label_name] = df[label_name].map({"t": 1, "f": 0, True: 1, False: 0})
df = df.dropna(subset=[*feature_names, label_name])
X, y = df[feature_names], df[label_name].astype(int)
### END SOLUTION

# %% check="listing_examples"
check("listing_examples")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Column by column: first turn texts into numbers, with missing values where nothing is known. Then drop incomplete
# rows, once, from the whole table.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Work on `raw.copy()`. The small example above shows what to do with a rate. For the label, `.map` takes a
# dictionary from old values to new ones and leaves the rest missing. `dropna` takes a list of columns, `subset=`.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The dictionary is `{"t": 1, "f": 0}`. The list for `subset` holds eight names: `feature_names` and the label's. Then
# `X = df[...]` with a list of names, and `y = df[...]` with a single one.
# </details>

# %% [markdown]
# How much did cleaning cost? Dropping rows is honest only if you say what is left.

# %%
print(f"{len(df):,} of {len(raw):,} listings are complete")
known = raw[label_name].isin(["t", True]).sum() / raw[label_name].notna().sum()
print(f"superhosts: {np.mean(y):.1%} of the complete rows, {known:.1%} of all rows with a label")

# %% [markdown]
# The complete rows hold a larger share of superhosts than the whole table: hosts who answer, and get reviews, are
# not a random choice. Every number below is about complete listings only.
#
# ### Standardising
#
# Stars run from 1 to 5, rates from 0 to 100. To make weights comparable, each feature is **standardised**: its mean is
# subtracted and the rest divided by its sample standard deviation (`ddof=1`). A weight then says what one standard
# deviation of its feature does to the log-odds. The given cell does it, and turns everything into arrays.

# %% given="standardise"
features = np.asarray(X, dtype=float)
labels = np.asarray(y, dtype=float)
X_scaled = (features - features.mean(axis=0)) / features.std(axis=0, ddof=1)
print("X_scaled", X_scaled.shape, " labels", labels.shape, f" base rate {labels.mean():.4f}")

# %% [markdown]
# ## 2 The pieces of the class
#
# A **class** bundles data and the functions that work on them, its *methods*. An object of your class will keep the
# weights while it trains. You know all five pieces from module 3; here they become methods. As there, the features
# get a column of ones at the end, `X1`, and the intercept is the **last** entry of `weights_array`.
#
# **1. Predict.** $p = 1 / (1 + e^{-X_1 w})$, one probability a row.
#
# **2. Gradient** of the mean log loss: $g = X_1^T (p - y) / n$, one number a weight. (You may meet it as $y - p$
# elsewhere. That is the gradient of the likelihood, which is *maximised*; we minimise the loss.)
#
# **3. Hessian**: $H = X_1^T \, \mathrm{diag}(q) \, X_1 / n$ with $q = p (1 - p)$, one number for each pair of weights.
#
# **4. Update**: remember the old weights in `prior_w`, then $w \leftarrow w - H^{-1} g$.
#
# You may divide both the gradient and the Hessian by $n$ (the mean) or neither (the sum): the step is the same, as
# $n$ cancels. Do not mix. A tiny table shows all of it in numbers; every weight starts at 0, so every $p$ is one half.

# %%
tiny_X1 = np.array([[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]])  # one feature, and the column of ones
tiny_residuals = np.array([0.5, 0.5, 0.5]) - np.array([0.0, 0.0, 1.0])
print("residuals", tiny_residuals)
print("for the feature:  (1*0.5 + 2*0.5 - 4*0.5) / 3 =", round((0.5 + 1.0 - 2.0) / 3, 4))
print("for the intercept: (0.5 + 0.5 - 0.5) / 3      =", round(0.5 / 3, 4))

# %% [markdown]
# **5. Stop?** Training has arrived when a step no longer changes the *direction* of the weights. Scale both weight
# vectors to length 1 and measure the Euclidean distance between the two:
#
# $$d = \left\lVert \frac{w}{\lVert w \rVert} - \frac{w_\text{prior}}{\lVert w_\text{prior} \rVert} \right\rVert ,
# \qquad \text{stop if } d < \text{tolerance}.$$
#
# By hand: [3, 4] and [6, 8] both become [0.6, 0.8]; their distance is 0, so stop. [4, 3] has the same length as
# [3, 4] but points elsewhere; the distance is about 0.28, so go on. Zeros have no direction: go on.

# %%
first, second = np.array([3.0, 4.0]) / 5, np.array([4.0, 3.0]) / 5
print("distance:", round(float(np.hypot(*(first - second))), 4))

# %% [markdown]
# **Task `LogisticRegressionScratch` (10 points).** The class below is complete but for five methods. Replace the line
# in each. `__init__`, `fit`, `get_weights` and `get_intercept` are given; leave them as they are.
#
# | method | points | must hold |
# |---|---|---|
# | `predict_proba(X1)` | 2 | shape (n,); uses `self.weights_array` |
# | `compute_gradient(X1, y, p)` | 2 | shape (k+1,); uses the `p` it is given |
# | `compute_hessian(X1, p)` | 2 | shape (k+1, k+1); uses the `p` it is given; mean or sum, as in the gradient |
# | `update_weights(X1, y)` | 1 | calls the three above; sets `prior_w`, then `weights_array` |
# | `check_stop()` | 2 | True for stop, else False; changes nothing; go on where a vector is all zeros |
# | all together, in `fit` | 1 | the right weights, also when the steps run out |
#
# Read `fit` before you start. It begins at zeros, with the intercept at the logit of the **base rate**, the share of
# ones: if the features said nothing, that would be the answer already. It takes at most `max_iterations` steps and
# leaves the final weights in `weights_array` however it ended. (The lab that this one descends from forgot that
# when the steps ran out.)


# %% answer="LogisticRegressionScratch"
class LogisticRegressionScratch:
    """Logistic regression trained by Newton's method. X1 is X with a column of ones at the end."""

    def __init__(self, tolerance=1e-8, max_iterations=20):
        self.tolerance = tolerance
        self.max_iterations = max_iterations
        self.weights_array = None  # the current weights (k+1,), intercept last
        self.prior_w = None  # the weights before the last step
        self.n_iterations = 0

    def predict_proba(self, X1):
        """Probabilities of class 1, shape (n,), for X1, shape (n, k+1)."""
        ### BEGIN SOLUTION
        return 1 / (1 + np.exp(-(X1 @ self.weights_array)))
        ### END SOLUTION

    def compute_gradient(self, X1, y, p):
        """Gradient of the mean log loss, shape (k+1,), at the probabilities p, shape (n,)."""
        ### BEGIN SOLUTION
        return X1.T @ (p - y) / len(y)
        ### END SOLUTION

    def compute_hessian(self, X1, p):
        """Second derivatives of the mean log loss, shape (k+1, k+1), at the probabilities p, shape (n,)."""
        ### BEGIN SOLUTION
        q = p * (1 - p)
        return (X1.T * q) @ X1 / len(p)
        ### END SOLUTION

    def update_weights(self, X1, y):
        """One step: keep the old weights in prior_w, then change weights_array."""
        ### BEGIN SOLUTION
        p = self.predict_proba(X1)
        step = np.linalg.solve(self.compute_hessian(X1, p), self.compute_gradient(X1, y, p))
        self.prior_w = self.weights_array
        self.weights_array = self.prior_w - step
        ### END SOLUTION

    def check_stop(self):
        """True if the normalised weights moved by less than the tolerance in the last step."""
        ### BEGIN SOLUTION
        length, prior_length = np.linalg.norm(self.weights_array), np.linalg.norm(self.prior_w)
        distance = np.inf  # zeros have no direction: go on
        if length > 0 and prior_length > 0:
            distance = np.linalg.norm(self.weights_array / length - self.prior_w / prior_length)
        return bool(distance < self.tolerance)
        ### END SOLUTION

    def fit(self, X, y):
        """Train on X, shape (n, k), and labels y, shape (n,), of 0 and 1. Given."""
        X1 = np.c_[X, np.ones(len(X))]
        base_rate = np.mean(y)
        self.weights_array = np.zeros(X1.shape[1])
        self.weights_array[-1] = np.log(base_rate / (1 - base_rate))
        self.n_iterations = 0
        while self.n_iterations < self.max_iterations:
            self.update_weights(X1, y)
            self.n_iterations += 1
            if self.check_stop():
                break
        return self

    def get_weights(self):
        """The weights, shape (k,), without the intercept. Given."""
        return self.weights_array[:-1]

    def get_intercept(self):
        """The intercept, one number. Given."""
        return self.weights_array[-1]


# %% check="LogisticRegressionScratch"
check("LogisticRegressionScratch")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# From the top down, one method at a time, running the check in between: it names the methods that are still open. Watch
# the shapes: `X1` is (n, k+1), `p` and `y` are (n,), `self.weights_array` is (k+1,).
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Methods call each other through `self`: `self.predict_proba(X1)`. The gradient is a transposed `X1` times the
# residuals. For the Hessian, multiply each *column* of the transposed `X1` by its q first; NumPy does that when you
# write `X1.T * q`. For the step there is `np.linalg.solve(H, g)`. Store `prior_w` before you change `weights_array`,
# and make a new array of the difference: an array that is changed in place would change `prior_w` with it.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# Prediction: 1 / (1 + exp of *minus* z), where z is `X1 @ ...`. Gradient: `X1.T @ (...)`, divided by the rows. Hessian:
# `(X1.T * ...) @ X1`, divided likewise. Stop: two lengths by `np.linalg.norm`, False if one is 0; then the norm of
# the difference of the two scaled vectors, compared with `self.tolerance`.
# </details>

# %% [markdown]
# ## 3 Train it
#
# ### 3.1 Step by step
#
# First only, to watch it: the weights after 0, 1, 2, … steps. The table is made by objects that may take one step
# more each time.

# %%
most = LogisticRegressionScratch().fit(X_scaled, labels).n_iterations
base_rate = labels.mean()
path = [np.append(np.zeros(X_scaled.shape[1]), np.log(base_rate / (1 - base_rate)))]
path += [LogisticRegressionScratch(max_iterations=n).fit(X_scaled, labels).weights_array for n in range(1, most + 1)]
steps = pd.DataFrame(path, columns=[*feature_names, "intercept"])
steps.index.name = "step"
steps.round(4)

# %%
plots.newton_steps(steps)

# %% [markdown]
# After three or four steps nothing can be seen to move; the stopping rule, at a tolerance of $10^{-8}$, wants a few
# more. That is Newton's way near the minimum: the number of right digits about doubles with every step.

# %% [markdown]
# ### 3.2 Against scikit-learn
#
# **Task `scratch_against_sklearn` (2 points).** Train both models on `X_scaled` and `labels`.
#
# - `scratch_model`: your class, fitted.
# - `sklearn_model`: scikit-learn's `LogisticRegression`, fitted, with `C=1e10`, which leaves next to no penalty: your
#   class has none.
# - `largest_difference`: the largest *absolute* difference between the two, over all seven weights and the intercept;
#   one number.
#
# One point for the fitted models, one for the difference.

# %% answer="scratch_against_sklearn"
# scratch_model and sklearn_model: fitted to X_scaled and labels. largest_difference: one number.
### BEGIN SOLUTION
scratch_model = LogisticRegressionScratch().fit(X_scaled, labels)
sklearn_model = LogisticRegression(C=1e10).fit(X_scaled, labels)
weight_differences = np.abs(scratch_model.get_weights() - sklearn_model.coef_[0])
intercept_difference = abs(scratch_model.get_intercept() - sklearn_model.intercept_[0])
largest_difference = max(weight_differences.max(), intercept_difference)
### END SOLUTION

# %% check="scratch_against_sklearn"
check("scratch_against_sklearn")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Both are objects with a `fit` method that takes the features and the labels. Yours answers to `get_weights()` and
# `get_intercept()`, scikit-learn's keeps `coef_` and `intercept_`.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `coef_` has shape (1, 7): take its first row before you subtract. `intercept_` has shape (1,).
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.abs(... - sklearn_model.coef_[0])` for the weights, `abs(...)` for the intercept, and the `max` of all of them.
# </details>

# %%
comparison = pd.DataFrame(
    {
        "from scratch": np.append(scratch_model.get_weights(), scratch_model.get_intercept()),
        "scikit-learn": np.append(sklearn_model.coef_, sklearn_model.intercept_),
    },
    index=[*feature_names, "intercept"],
)
print(f"{scratch_model.n_iterations} steps from scratch, largest difference {largest_difference:.1e}")
comparison.round(4)

# %%
plots.weights_side_by_side(comparison)

# %% [markdown]
# All weights are positive: what guests praise and prompt hosts do goes with being a superhost. Because the features
# are standardised, the bars may be compared with each other. They don't say what *causes* a superhost: Airbnb itself
# gives the title by rules about these very numbers.
#
# ### 3.3 How fast?

# %%
ways = {
    "from scratch": lambda X, y: LogisticRegressionScratch().fit(X, y),
    "scikit-learn": lambda X, y: LogisticRegression(C=1e10).fit(X, y),
}
seconds = plots.seconds_per_call(ways, [len(labels)], lambda length: (X_scaled, labels))
plots.training_times(seconds)

# %% [markdown]
# The numbers differ from machine to machine and from run to run. Try it with other sizes, too: what if every row stood
# there ten times (`np.repeat`)? What if there were 200 features?

# %%
rows = np.repeat(X_scaled, 10, axis=0), np.repeat(labels, 10)
by_rows = plots.seconds_per_call(ways, [len(rows[1])], lambda length: rows)
print((1000 * by_rows).round(2).rename_axis("rows").to_string(float_format=lambda value: f"{value:.2f} ms"))

# %% [markdown]
# And how good are the predictions? The same rows served for training, so take this as a description, not as a
# promise about new listings.

# %%
p = scratch_model.predict_proba(np.c_[X_scaled, np.ones(len(labels))])
right = np.mean((p > 0.5) == labels)
print(
    f"right for {right:.1%} of the listings; always saying the more frequent label: {max(base_rate, 1 - base_rate):.1%}"
)
plots.two_groups(p, labels, ["other hosts", "superhosts"])

# %% [markdown]
# ## 4 Discussion
#
# **Task `lab_discussion` (6 points, marked by a person).** Answer in whole sentences, with your own numbers from above.
#
# - **Differences** (2 points). How large is the largest difference? Give at least two reasons why it is not exactly 0.
# - **Timing** (2 points). Which model was faster, by how much, and what does that depend on?
# - **When to use which** (2 points). When would you use your own class, and when a library? Give reasons for both.

# %% [markdown] written="lab_discussion"
# *Write your answer here.*

# %% [markdown]
# ## Summary
#
# You turned a raw table into labelled examples, wrote the whole of a logistic regression in five short methods, and
# found the weights that scikit-learn finds. On the way you met three habits worth keeping: drop rows from `X` and `y`
# together, keep old values before you overwrite them, and compare by numbers and not by eye.
#
# **To think about.** The stopping rule looks at the *direction* of the weights only. Can you think of labels for which
# the weights keep growing in one direction for ever, so that the rule says stop while the loss still falls?
#
# This is the last notebook of the unit. Back to the [start page](../0_start_here.ipynb).
