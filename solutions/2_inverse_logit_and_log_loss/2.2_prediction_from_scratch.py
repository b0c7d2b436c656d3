# %% [markdown]
# # 2.2 Prediction from scratch
#
# In module 1 scikit-learn predicted for you. Now you open the box: you take the weights out of a trained
# model and turn them into probabilities yourself, with nothing but the operations of lesson 2.1. At the end a
# test, not your eye, decides whether you got the same numbers.
#
# **Afterwards you can**
#
# - take the weights and the intercept out of a fitted scikit-learn model, and say what shapes they have;
# - mend shapes that don't align by a transpose, and flatten a column to a vector;
# - turn log-odds into odds and odds into probabilities, for all customers at once;
# - compare two sets of results by a test, and time both.
#
# **Time** about 50 minutes. **Files** the churn table, `data/churn.csv`.
#
# **Goes with** the video *Predicting from Scratch*. There is nothing to hand in: run the cells, change them,
# break them. The assignment after this lesson builds on it.

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression

from workbook import explore, plots
from workbook.data import load_churn

# %% [markdown]
# **Which table?** The one that comes with the workbook is a **synthetic stand-in**: invented customers, drawn
# so that they resemble a real table called Cell2Cell. If you own a copy of the real extract, write its path
# here.

# %%
table = None  # or the path of your own copy of the Cell2Cell extract

# %%
churn = load_churn(table)

print("Table:", churn.attrs["source"])
print("Shape:", churn.shape)
churn.head()

# %% [markdown]
# ## 1. Features and label
#
# Every row is a customer of a phone company. The first 11 columns are **features**, what the company knows
# about the customer: the monthly revenue, outgoing and incoming calls, months as a customer, age of the phone
# in days; whether the phone can use the web; whether the customer is married, has travelled, owns a PC, has a
# credit card; and calls to the team that tries to keep customers. The last column is the **label** `churn`: 1
# for a customer who left, 0 for one who stayed.
#
# From here on we want plain arrays: all columns but the last for `X`, the last one for `y`.

# %%
X = churn.iloc[:, :-1].to_numpy()
y = churn.iloc[:, -1].to_numpy()

print("X", X.shape, " y", y.shape)
print(f"share of customers who left: {y.mean():.3f}")

# %% [markdown]
# ## 2. Train, then take the weights out
#
# Half of the customers left. That is so on purpose, to give both answers equal room; in life far fewer leave.
#
# The training is scikit-learn's job today; in module 3 it will be yours. The features live on very different
# scales (a day count beside a yes or no), which makes the search for the weights slow, so we allow it more
# steps than the usual 100. Since this lesson is about *how* a prediction is computed and not about how good
# it is, all rows may be used for training.

# %%
model = LogisticRegression(max_iter=5_000)
model.fit(X, y)

print("steps taken:", model.n_iter_[0])

# %% [markdown]
# All that a trained logistic regression knows is 11 weights and one intercept. scikit-learn keeps them in
# `coef_` and `intercept_`; the underscore at the end marks what was learned from data.

# %%
W = model.coef_
alpha = model.intercept_

print("W    ", W.shape)
print("alpha", alpha.shape, "=", alpha.round(3))
for name, weight in zip(churn.columns[:-1], W[0], strict=True):
    print(f"{name:>9} {weight:8.4f}")

# %% [markdown]
# Note the shapes. `coef_` is a matrix of **one row**, (1, 11), and not a vector, (11,): scikit-learn keeps
# one row per pair of classes to be told apart, and with two classes that is one.

# %% [markdown]
# ## 3. Two shapes that don't align
#
# A reminder of module 1: a prediction takes three steps. The **linear step** makes one number $z$ of the
# features, the **inverse logit** makes a probability of it, and a **threshold** makes a label of that.
# `predict_proba` does the first two, and so will we.
#
# **The linear step in words.** One dot product per customer, features times weights, plus the intercept.
#
# **Formula.** $z = \alpha + w \cdot x$ for one customer $x$; for all at once, $Z = X W^T + \alpha$
#
# Why the little $T$? Try it without:

# %%
try:
    print(X @ W)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# Write the shapes side by side, as in lesson 2.1: $(n, 11) \; @ \; (1, 11)$. The inner numbers are 11 and 1,
# and they must agree. The **transpose** stands the row of weights upright: `W.T` has shape (11, 1), and now
# $(n, 11) \; @ \; (11, 1) \rightarrow (n, 1)$.

# %%
Z = X @ W.T + alpha

print("W.T", W.T.shape)
print("Z  ", Z.shape)
print(f"smallest z {Z.min():.2f}, largest z {Z.max():.2f}")

# %% [markdown]
# **A single number by hand.** For the first customer the same number comes out of a plain dot product of two
# vectors: 11 products, added up, plus the intercept.

# %%
first_z = X[0] @ W[0] + alpha[0]

print(f"by its own dot product {first_z:.6f}, out of the matrix {Z[0, 0]:.6f}")

# %% [markdown]
# ## 4. From z to a probability, by way of the odds
#
# **In words.** What is $z$? It is the logarithm of the **odds**. Odds of 3 to 1 for leaving mean: of four
# such customers, three leave and one stays, a probability of 3/4. So undo the logarithm to get the odds, then
# turn the odds into a probability.
#
# **Formula.** $\text{odds} = e^{z}$, then $P(y = 1) = \frac{\text{odds}}{1 + \text{odds}} = \frac{e^z}{1 +
# e^z} = \frac{1}{1 + e^{-z}}$. The last form, the one you know from module 1, follows when you divide top and
# bottom by $e^z$. Since $z$ is the *logit* (the log of the odds), this way back is the **inverse logit**,
# also called the sigmoid.
#
# **A tiny example.** Some odds, their logarithm, and the probability both ways:

# %%
for small_odds in (1 / 3, 1, 3, 99):
    z = np.log(small_odds)
    by_odds, by_z = small_odds / (1 + small_odds), 1 / (1 + np.exp(-z))
    print(f"odds {small_odds:6.2f} to 1   z = {z:5.2f}   P = {by_odds:.3f} by the odds, {by_z:.3f} by z")

# %% [markdown]
# Even odds are $z = 0$ and $P = 0.5$; negative $z$ lies below, positive above. It also shows how to read a
# weight: one unit more of a feature *adds* its weight to $z$, and so *multiplies* the odds by
# $e^{\text{weight}}$.

# %%
retention_calls = list(churn.columns).index("retcalls")
factor = np.exp(W[0, retention_calls])

print(f"each call to the retention team multiplies the odds of leaving by {factor:.2f}")

# %% [markdown]
# Now the real thing, for all customers at once. Both lines are elementwise arithmetic: the shape stays (n,
# 1).

# %%
odds = np.exp(Z)
P = odds / (1 + odds)

print("odds", odds.shape, " P", P.shape)
print(P[:3])

# %% [markdown]
# One probability per customer is a list, not a table of one column. `ravel` flattens (n, 1) to (n,). Do not
# skip this: an (n, 1) column and an (n,) vector, subtracted, would be broadcast to a square of n times n
# numbers.

# %%
p = P.ravel()

print("before:", P.shape, " after:", p.shape)
print(p[:3])
print("the trap, with three customers:", (P[:3] - p[:3]).shape)

# %% [markdown]
# ### The curve, with customers on it
#
# Five customers, from a low $z$ to a high one. The curve squeezes every $z$, however large or small, between
# 0 and 1.

# %%
order = np.argsort(Z.ravel())
handful = order[[int(share * (len(order) - 1)) for share in (0.02, 0.25, 0.5, 0.75, 0.98)]]

plots.customers_on_sigmoid(Z.ravel()[handful], [f"row {row}" for row in handful])

# %% [markdown]
# ### What the weight and the intercept do
#
# For a single feature $x$, look at $P = \frac{1}{1 + e^{-(\alpha + w x)}}$ over $x$. A larger weight makes
# the S steeper, a negative one mirrors it, and a weight near 0 leaves no visible S at all. The intercept
# moves the curve sideways.

# %%
plots.s_curves()

# %% [markdown]
# Move the sliders. Where does the curve cross 0.5? (Solve $\alpha + w x = 0$ for $x$, and compare.) If you
# see no sliders, your viewer doesn't support them; the figure above tells the same story.

# %%
explore.s_curve(weight=2.0, intercept=1.0)

# %% [markdown]
# ## 5. Wrap it as a function
#
# You have all the steps: transpose, linear step, odds, probability, flatten. A function packs them up, so
# that they can be used on other rows and tested. This is the lesson's version: it expects the weights as
# scikit-learn has them, in one row. The assignment will ask you for a sturdier one, which takes weights as a
# vector, a list or a column, and survives a $z$ of 1,000 or of -1,000.


# %%
def inverse_logit(X, W, alpha):
    """Return P(y = 1) of each row, shape (n,), from X (n, k), the weights W (1, k) and the intercept alpha."""
    Z = X @ W.T + alpha
    odds = np.exp(Z)
    P = odds / (1 + odds)
    return P.ravel()


# %%
p_scratch = inverse_logit(X, W, alpha)

print(p_scratch.shape)
print(p_scratch[:5].round(4))

# %% [markdown]
# ## 6. Compare by a test, not by eye
#
# `predict_proba` returns two columns, the probability of class 0 and that of class 1. We want the second one,
# column 1.

# %%
p_sklearn = model.predict_proba(X)[:, 1]

print(p_sklearn[:5].round(4))

# %% [markdown]
# The first five look the same. That is no proof: there are thousands more. `np.testing.assert_allclose`
# compares **all** values, is silent if they agree up to rounding, and raises an error if a single one does
# not.

# %%
np.testing.assert_allclose(p_scratch, p_sklearn, rtol=1e-9)

largest_gap = np.abs(p_scratch - p_sklearn).max()
print(f"All {len(p_scratch):,} values agree; the largest difference is {largest_gap:.0e}.")

# %% [markdown]
# Does the test notice anything at all? Good testers always ask. Spoil a single value a little, out of sight:

# %%
spoilt = p_scratch.copy()
spoilt[1_234] += 0.001

print("looks the same:       ", spoilt[:5].round(4))
print("the test, on all rows:", np.allclose(spoilt, p_sklearn, rtol=1e-9))

# %% [markdown]
# ## 7. Time both
#
# Your function is a few NumPy calls. How does it do against scikit-learn's, on this table?

# %%
n = len(X)
ways = {"from scratch": lambda rows: inverse_logit(rows, W, alpha), "scikit-learn": model.predict_proba}
seconds = plots.seconds_per_call(ways, [n], lambda length: (X,))

plots.speed_bars(seconds.loc[n].to_dict())

# %% [markdown]
# From scratch is usually faster. Before you throw scikit-learn out, see how the gap depends on the number of
# rows. (For this, the rows of the table are repeated as often as needed.)

# %%
by_rows = plots.seconds_per_call(
    ways, [100, 1_000, 10_000, 100_000], lambda length: (np.resize(X, (length, X.shape[1])),)
)

for length, row in by_rows.iterrows():
    times = row["scikit-learn"] / row["from scratch"]
    print(f"{length:>7,} rows: {1000 * row['scikit-learn']:7.3f} ms, {times:5.1f} times as long as from scratch")

# %% [markdown]
# With few rows nearly all of scikit-learn's time is a fixed cost that hardly grows; with many rows the two
# come closer, to times of the same order. (The exact ratios vary from machine to machine.) So where does the
# time go? scikit-learn **validates** its input: are there as many columns as in training, are all values
# numbers, is anything missing? Look what that buys you. One customer's revenue is missing:

# %%
with_gap = X[:3].copy()
with_gap[1, 0] = np.nan

print("from scratch:", inverse_logit(with_gap, W, alpha))
try:
    print("scikit-learn:", model.predict_proba(with_gap))
except ValueError as error:
    print("scikit-learn:", str(error).splitlines()[0])

# %% [markdown]
# Your function passes the gap on without a word (`nan` is *not a number*), and somewhere down the line a mean
# or a ranking goes wrong. scikit-learn stops and tells you. A fraction of a millisecond for that is usually
# well spent. Write your own when you must answer millions of single requests, or to learn how it works, as
# today.

# %% [markdown]
# ## 8. What the probabilities look like
#
# One look at the result. If the model has learned something, customers who left should have been given higher
# probabilities than those who stayed. The two groups overlap widely: a phone company knows only so much about
# its customers.

# %%
plots.probability_by_class(p_scratch, y)

# %% [markdown]
# "Overlap widely" is no measure. In the assignment you turn the gap between probabilities and labels into one
# number, the log loss.

# %% [markdown]
# ## Summary
#
# - A trained logistic regression is a row of weights `coef_`, (1, k), and an intercept `intercept_`, (1,).
# - $X$ (n, k) and $W$ (1, k) don't align; $X$ and $W^T$ (k, 1) do. The result (n, 1) is flattened to (n,).
# - $z$ is the log of the odds: `np.exp` gives the odds, odds / (1 + odds) the probability.
# - Two sets of results are compared by a test on all values. Ours agree with `predict_proba`.
# - The version from scratch is usually faster, because scikit-learn validates its input. That is mostly worth
#   it.
#
# **To think about.** What does `np.exp(1000)` give, and what would become of odds / (1 + odds) then? Which of
# the formulas in section 4 would you rather use for a very large $z$, and which for a very small one?
#
# Next: [2.3 Assignment: predict and evaluate](2.3_assignment_predict_and_evaluate.ipynb).
