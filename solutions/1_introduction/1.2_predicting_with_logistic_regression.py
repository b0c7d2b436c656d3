# %% [markdown]
# # 1.2 Predicting with logistic regression
#
# Logistic regression answers questions such as: how likely is it that this customer leaves? In this lesson you see
# how it gets from features to a probability and from there to a decision, in three steps that you can follow by hand.
#
# **Afterwards you can**
#
# - walk an example through the three steps: linear step, inverse logit, mapping to a label;
# - choose a threshold on purpose, and tell parameters from hyperparameters;
# - read a weight, and read a picture of a decision boundary;
# - say what scikit-learn's `predict_proba` and its setting `C` do.
#
# **Time** about 60 minutes. **Files** none: all numbers are made here.
#
# **Goes with** the video *Watch Logistic Regression* and the page *Read Using Logistic Regression to Make
# Predictions*. **Before this** [1.1 Linear models and loss](1.1_linear_models_and_loss.ipynb). There are two short
# practice tasks, which are checked but not graded.

# %%
import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from workbook import check, explore, plots

# %% [markdown]
# ## 1 When to use it
#
# Logistic regression is a good choice when
#
# - the outcome is one of two: leaves or stays, spam or not, votes or doesn't,
# - you want a **probability** and not only a label,
# - the two classes can be parted, roughly, by a straight boundary,
# - you want to read off how a feature influences the outcome: does the chance to vote rise with age? Does the chance
#   to leave fall with income?
#
# What it computes is written $P(\text{churn} = 1 \mid \text{income}, \text{age})$: the probability that churn is 1,
# *given* the income and the age. It takes three steps:
#
# $$x \;\xrightarrow{\text{1 linear step}}\; z \;\xrightarrow{\text{2 inverse logit}}\; P
# \;\xrightarrow{\text{3 mapping}}\; \text{label}$$

# %% [markdown]
# ## 2 The linear step
#
# **In words.** The weighted sum of lesson 1.1: every feature times its weight, plus the intercept. The result $z$ may
# be any number, from very negative to very positive.
#
# **Formula.** $z = \alpha + w \cdot x = \alpha + w_1 x_1 + \dots + w_k x_k$. Seen over one feature it is a line, over
# two a plane, over more a *hyperplane*. (You will also find the letters $\beta$ or $b$ for weights and intercept.
# They mean the same.)
#
# **A tiny example.** With $\alpha = -9$, $w = (4, -5)$ and the features $x = (10, 0)$:

# %%
alpha = -9
print("z =", alpha + 4 * 10 + (-5) * 0)

# %% [markdown]
# ### Task: `linear_step`
#
# Write the linear step for a whole table at once: `X` has one row per example, and your function returns one $z$ per
# row. (Practice: as often as you like, no points.)


# %% answer="linear_step"
def linear_step(X, w, alpha):
    """The numbers z, shape (n,), of the rows of X, shape (n, k), for weights w, shape (k,), and the intercept alpha."""
    ### BEGIN SOLUTION
    return X @ w + alpha
    ### END SOLUTION


# %% check="linear_step"
check("linear_step")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Take one row first: multiply each of its features by the weight in the same place, add the products up, add alpha.
# Then do the same for every row.
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A loop over the rows that collects the sums in a list will do. Shorter: `X * w` multiplies each row by the weights,
# and `.sum(axis=1)` adds up along each row. Shorter still is the matrix product `@`.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `(X * w).sum(axis=1)` gives the weighted sums. One addition is left.
#
# </details>

# %% [markdown]
# ## 3 The inverse logit
#
# **In words.** A probability must lie between 0 and 1, and $z$ doesn't. The **inverse logit**, also called
# **sigmoid**, squeezes it: a large negative $z$ comes out near 0, a large positive one near 1, and $z = 0$ exactly at
# 0.5.
#
# **Formula.** $P(y = 1 \mid X) = \dfrac{1}{1 + e^{-z}}$

# %%
plots.sigmoid()

# %% [markdown]
# **A tiny example.** $z = 1$: $e^{-1} \approx 0.368$, and $1 / 1.368 \approx 0.73$. SciPy calls the function `expit`.
# (You will write it yourself in module 2.)

# %%
for z in (-10, -1, 0, 1, 31):
    print(f"z = {z:3d}   P = {expit(z):.15f}")

# %% [markdown]
# Now both steps together, for three examples with different weights. $P$ is never quite 0 or 1, but it can come very
# near.

# %%
examples = pd.DataFrame(
    [(-9, 4, 10, -5, 0), (3, -6, 3, -4, -4), (10, 6, 0, -5, 4)], columns=["alpha", "w1", "x1", "w2", "x2"]
)
examples["z"] = examples["alpha"] + examples["w1"] * examples["x1"] + examples["w2"] * examples["x2"]
examples["P"] = expit(examples["z"])
examples.round(4)

# %% [markdown]
# It pays to do such a sum yourself now and then. The notes on this topic take the weights $(-1, 2)$ and the features
# $(2, 5)$ and report a probability of 0.7. A friendly correction: the weighted sum is 8, and the inverse logit of 8
# is nearly 1.

# %%
z = np.dot([-1, 2], [2, 5])
print("z =", z, "  P =", round(float(expit(z)), 4))

# %% [markdown]
# ### What the weight does
#
# With a single feature, $P$ as a function of $x$ is an S. The weight sets how steep it is, and a negative weight
# turns it round. With a weight near 0 there is no S to be seen: the feature says next to nothing about the outcome.
# The points are examples with labels 0 and 1; each is moved up or down by a hair, so that they don't hide each other.

# %%
plots.s_curves_over_points()

# %% [markdown]
# Weights can be read more exactly, too. $z$ is the logarithm of the **odds**, $P / (1 - P)$. One unit more of a
# feature adds its weight to $z$, and so multiplies the odds by $e^{w}$. For a weight of 0.4:

# %%
odds_before = 3.0  # 3 to 1, a probability of 0.75
odds_after = odds_before * np.exp(0.4)
print(f"odds {odds_before:.2f} become {odds_after:.2f}, P {3 / 4:.2f} becomes {odds_after / (1 + odds_after):.2f}")

# %% [markdown]
# ## 4 Mapping to a label
#
# **In words.** A decision needs a label. Choose a **threshold**: above it the label is 1, otherwise 0.
#
# **Formula.** $\hat y = 1$ if $P > t$, else $0$. The sign is strict: a probability *exactly* at the threshold gets 0.
#
# The usual threshold is 0.5, and it is not sacred. Take a spam filter: putting a letter from your grandmother into
# the spam folder is worse than letting one advertisement through. So it may ask for more certainty. A message with $P
# = 0.67$ is spam at the threshold 0.5, but stays in your inbox at 0.73 and at 0.75; one with 0.74 stays only at 0.75.

# %%
for p in (0.67, 0.74, 0.80):
    verdicts = [f"{'spam' if p > threshold else 'no spam':7} at {threshold}" for threshold in (0.5, 0.73, 0.75)]
    print(f"P = {p:.2f}:  " + "   ".join(verdicts))

# %% [markdown]
# ### Task: `map_to_label`
#
# Write the mapping for a whole array of probabilities. (Practice: as often as you like, no points.)


# %% answer="map_to_label"
def map_to_label(p, threshold):
    """Labels, shape (n,), of 0 and 1: 1 where the probability in p, shape (n,), is above the threshold."""
    ### BEGIN SOLUTION
    return (p > threshold).astype(int)
    ### END SOLUTION


# %% check="map_to_label"
check("map_to_label")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# One comparison per probability. What should happen to a probability that equals the threshold?
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Comparing an array with a number gives an array of True and False. `.astype(int)` makes 1 and 0 of them, and so does
# `np.where(condition, 1, 0)`.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.where(p ... threshold, 1, 0)` with the right sign in place of the dots.
#
# </details>

# %% [markdown]
# ## 5 A boundary in two features
#
# Time for a picture. 160 invented customers with an age and an income; young customers with a low income leave most
# often. scikit-learn finds the weights.

# %%
rng = np.random.default_rng(5)
age, income = rng.uniform(18, 80, size=160).round(), rng.normal(45, 14, size=160).clip(12, 95).round(1)
customers = np.column_stack([age, income])
left = (rng.uniform(size=160) < expit(8 - 0.17 * age - 0.06 * income)).astype(int)

model = LogisticRegression(C=1000, max_iter=1000).fit(customers, left)
print(f"intercept {model.intercept_[0]:.2f}, weights: age {model.coef_[0, 0]:.3f}, income {model.coef_[0, 1]:.3f}")
print(f"share who left: {left.mean():.2f}")

# %%
plots.fitted_boundary(customers, left, model, ("age (years)", "income (1,000 $ a year)"), ("stayed", "left"))

# %% [markdown]
# Three things to see. The boundary is **straight**, since it is where $z$ is 0, and $z$ is linear. **Deep** inside
# the regions the model is nearly certain: probabilities near 0.99 on one side, near 0 on the other. And **at the
# boundary** the probability is the threshold, 0.5. (A friendly correction of the source, which puts points near the
# boundary at the *base rate*, the share of ones among all examples. That share is printed above the figure; the point
# with the circle at the boundary has nothing to do with it.)
#
# The customer nearest to the boundary, in numbers:

# %%
p = model.predict_proba(customers)[:, 1]
nearest = np.abs(p - 0.5).argmin()
print(f"nearest to the boundary: P = {p[nearest]:.2f}   base rate: {left.mean():.2f}")
print(f"deepest inside the two regions: {p.max():.3f} and {p.min():.4f}")

# %% [markdown]
# Another threshold moves the boundary without turning it: the line lies where $P$ equals the threshold. Try other
# values.

# %%
plots.fitted_boundary(
    customers, left, model, ("age (years)", "income (1,000 $ a year)"), ("stayed", "left"), threshold=0.8
)

# %% [markdown]
# What does a threshold cost? Below, every customer stands at his or her probability, those who left above, those who
# stayed below. Right of the line the label is 1. Moving the line to the right turns false alarms into misses.

# %%
plots.labels_at(p, left, threshold=0.5)

# %% [markdown]
# The same with a slider. Where is the accuracy highest, and which mistakes remain there?

# %%
explore.threshold(p, left)

# %% [markdown]
# ## 6 In scikit-learn
#
# `predict_proba` takes exactly the first two steps, linear and inverse logit, and stops there. It returns two
# columns: the probability of class 0 and that of class 1. `predict` adds the third step with a threshold of 0.5. For
# any other threshold, take column 1 and compare it yourself.

# %%
three = customers[:3]
print("by hand:      ", expit(model.intercept_[0] + (three * model.coef_[0]).sum(axis=1)).round(4))
print("predict_proba:", model.predict_proba(three)[:, 1].round(4))
print("predict:      ", model.predict(three))

# %% [markdown]
# ### Parameters and hyperparameters
#
# The weights and the intercept are **parameters**: they are *learned* from data. **Hyperparameters** are *set* by you
# before training; the threshold is chosen in the same way. The most important hyperparameter of scikit-learn's
# logistic regression is `C`. It says how much freedom the weights get:
#
# - a **high** `C` means less regularisation: larger weights, a more complex model, which follows the data closely;
# - a **low** `C` holds the weights near 0. With little data or many features that is often better.
#
# Nobody knows the best value beforehand, so try several; in module 3 you will. Here is what it does to the two
# weights:

# %%
for C in (0.00001, 0.001, 0.1, 10, 1000):
    weights = LogisticRegression(C=C, max_iter=1000).fit(customers, left).coef_[0]
    print(f"C = {C:<8g} weights: age {weights[0]:7.4f}, income {weights[1]:7.4f}")

# %% [markdown]
# ## Summary
#
# - Three steps: linear step $z = \alpha + w \cdot x$, inverse logit $P = 1 / (1 + e^{-z})$, mapping by a threshold.
# - $z = 0$ gives 0.5; the boundary is straight, and on it the probability equals the threshold.
# - One unit more of a feature multiplies the odds by $e^w$.
# - Weights and intercept are learned, `C` and the threshold are set.
# - `predict_proba` does steps 1 and 2, `predict` all three with the threshold 0.5.
#
# **To think about.** All weights and the intercept of a model are doubled. What happens to the boundary at the
# threshold 0.5? What happens to the probabilities on both sides of it?
#
# Next: [1.3 Assignment: a logistic regression model for churn](1.3_assignment_logistic_regression.ipynb).
