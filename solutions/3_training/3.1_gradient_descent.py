# %% [markdown]
# # 3.1 Gradient descent
#
# Up to now the weights came from scikit-learn. From here on you find them yourself. Training is a search for the
# weights at which a loss is smallest, and this lesson is about the search: how to find the lowest point of a
# function, step by step, when all you can feel is the slope under your feet.
#
# **Afterwards you can**
#
# - say in words and in one formula how gradient descent works, and when it stops,
# - tell from a picture whether a learning rate is too low, good or too high,
# - say what the second derivative adds, what it saves, and when it is too dear,
# - name what scikit-learn uses by default, and why.
#
# **Time** about 45 minutes. **Files** none.
#
# **Goes with** the videos *Finding the Minimum* and *How to Choose a Learning Rate*. There is nothing to hand
# in. The assignment after this lesson, [3.2](3.2_assignment_minimum_of_a_function.ipynb), asks you to write
# what you see here.

# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from workbook import explore, plots

# %% [markdown]
# ## 1. A valley
#
# Our first function is a bowl with its lowest point at $w = 3$:
#
# $$f(w) = 2.5\,(w - 3)^2, \qquad f'(w) = 5\,(w - 3).$$
#
# The derivative $f'$ is the **slope**: positive where the function rises to the right, negative where it falls,
# zero at the bottom. For a function of many weights the slopes in all directions are collected in a vector, the
# **gradient**; that is where the method has its name from.


# %%
def bowl(w):
    """The function to minimise."""
    return 2.5 * (w - 3) ** 2


def slope_of_bowl(w):
    """Its derivative."""
    return 5 * (w - 3)


for place in (0.0, 2.0, 3.0, 4.0):
    print(f"at w = {place}: height {bowl(place):5.1f}, slope {slope_of_bowl(place):5.1f}")

# %% [markdown]
# ## 2. Four rules
#
# 1. **Start** with a first guess. Often it is 0.
# 2. **Feel the slope** there.
# 3. **Step against it**: where the function rises to the right, go left. Take a share of the slope, the
#    *learning rate* $\eta$ (eta). A usual first try is 0.1.
# 4. **Stop** when the step is shorter than a *tolerance*, such as a millionth. Else go back to rule 2.
#
# As a formula, one **update** is
#
# $$w \leftarrow w - \eta\, f'(w).$$
#
# By hand from $w = 0$ with $\eta = 0.1$: the slope is -15, so we move by $-0.1 \cdot (-15) = 1.5$ to 1.5. There
# the slope is only -7.5, and we move by 0.75. Steps shrink on their own, since the slope does.

# %%
here = 0.0
for _ in range(4):
    slope = slope_of_bowl(here)
    print(f"w = {here:.4f}   slope {slope:8.4f}   move by {-0.1 * slope:.4f}")
    here -= 0.1 * slope

# %%
plots.descent_path(bowl, slope_of_bowl, start=0.0, learning_rate=0.1, n_updates=8)

# %% [markdown]
# The square is the start, the diamond the place after eight updates. Nothing in the four rules is special to a bowl:
# they work for any function whose slope you can compute. What you get is *a* lowest point of the surroundings. If the
# function has several valleys, the start decides in which one you end.

# %% [markdown]
# ## 3. The learning rate
#
# Everything hangs on $\eta$. Four runs from the same start, 50 updates each:

# %%
plots.descent_runs(slope_of_bowl, rates=(0.001, 0.05, 0.1, 0.4))

# %% [markdown]
# - **0.001 is too small.** It goes the right way, but after 50 updates it is still far from 3.
# - **0.05 and 0.1 are good.** Both arrive; 0.1 needs fewer updates.
# - **0.4 is too big.** It jumps over the bottom to the other side, and from there back again: it never settles.
#
# Why 0.4? On this bowl one update multiplies the distance to the bottom by $1 - 5\eta$. For $\eta = 0.4$ that
# is -1: the same distance, on the other side. A larger rate moves away with every step: it *diverges*.

# %%
for rate in (0.001, 0.05, 0.1, 0.4, 0.5):
    factor = 1 - 5 * rate
    print(f"rate {rate}: distance times {factor:6.3f} per update, after 50 updates {3 * abs(factor) ** 50:.2g}")

# %% [markdown]
# Move the slider. At which rate does the path begin to cross the bottom? At which one does it run away? (If you
# see no slider, your viewer doesn't support it; the figures above and below tell the same story.)

# %%
explore.learning_rate(bowl, slope_of_bowl)

# %% [markdown]
# How do you choose? Start with 0.1. If the loss grows or jumps, divide the rate by 3 or 10; if it creeps,
# multiply. Rates between 0.001 and 0.1 are typical. There is no rate that is good for all functions: a steeper
# bowl would need a smaller one.

# %% [markdown]
# ## 4. Let the curvature choose
#
# The slope says where to go, and not how far. How far is told by the **second derivative** $f''$, the
# *curvature*: how fast the slope itself changes. Where the curve bends sharply, the slope soon changes sign, so
# steps should be short; where it is nearly straight, they may be long. So take
#
# $$\eta = \frac{1}{f''(w)},$$
#
# computed anew at every place. This is **Newton's method**, and there is no learning rate left to tune. With
# many weights, all second derivatives together form a matrix, the **Hessian**, and the learning rate becomes
# the *inverse* of that matrix.
#
# On the bowl $f'' = 5$ everywhere, so the rate is $1/5$ and the first step leads straight to the bottom: from 0 by
# $15/5 = 3$. A fair comparison needs a function that is not a plain bowl. This one has steeper walls:
#
# $$f(w) = 2.5\,(w - 3)^2 + 0.1\,(w - 3)^4.$$


# %%
def slope_of_valley(w):
    """First derivative of the valley with steep walls."""
    return 5 * (w - 3) + 0.4 * (w - 3) ** 3


def curvature_of_valley(w):
    """Second derivative of the valley with steep walls."""
    return 5 + 1.2 * (w - 3) ** 2


for place in (3.0, 5.0, 8.0):
    print(f"at w = {place}: curvature {curvature_of_valley(place):4.1f}, rate {1 / curvature_of_valley(place):.3f}")

# %% [markdown]
# Both methods from 21 starting points, until a step is shorter than a millionth:

# %%
starts = np.linspace(-2, 8, 21)
updates = {
    "constant 0.1": plots.updates_to_tolerance(lambda w: w - 0.1 * slope_of_valley(w), starts),
    "Newton": plots.updates_to_tolerance(lambda w: w - slope_of_valley(w) / curvature_of_valley(w), starts),
}
plots.updates_against_start(starts, updates)

# %%
counts = pd.DataFrame(updates, index=starts)
away = counts[counts.index != 3]
print(away.agg(["min", "median", "max"]).to_string())
print(f"ratio of the medians: {away['constant 0.1'].median() / away['Newton'].median():.1f}")

# %% [markdown]
# Newton's method needs about a quarter of the updates, and it hardly matters where it starts. (The dip at 3 is
# a start at the very bottom, where both stop after one step of length 0.) Another constant rate would change
# the ratio: 0.2 would be quick here near the bottom, and would fly off further out.

# %% [markdown]
# ## 5. What it costs
#
# Newton's method is no free lunch. With $k$ weights the gradient has $k$ entries and the Hessian $k \times k$,
# and the step needs a system of $k$ equations solved, which takes time that grows like $k^3$.

# %%
for k in (12, 1_000, 1_000_000):
    gigabytes = 8 * k**2 / 1e9
    print(f"{k:>9,} weights: gradient {8 * k / 1e6:10.4f} MB, Hessian {gigabytes:14,.6f} GB")

# %% [markdown]
# For the 12 weights of our churn model the Hessian is a trifle. For millions of features, or for a neural
# network, it is out of the question, and people return to the gradient alone, with a well-chosen learning rate.
#
# Between the two lie the **quasi-Newton** methods, which learn the curvature from the gradients of the last few
# steps and never write the Hessian down. One of them, **lbfgs**, is what scikit-learn's `LogisticRegression`
# uses unless you say otherwise.

# %%
print("scikit-learn's default solver:", LogisticRegression().solver)

# %% [markdown]
# Two remarks where you may read otherwise. The default of scikit-learn is not plain Newton but this relative of
# it; plain Newton is there too, as `solver="newton-cholesky"`. And sentences such as "guaranteed to find the
# minimum" or "the fastest method" hold for well-behaved convex functions (one valley, curved upwards
# everywhere) and close enough to the minimum. Elsewhere a Newton step can be far too long, and where the
# curvature is negative it even climbs:

# %%
# of sin(w) at w = 2, on a hill whose top is at 1.57
hill = {"slope": np.cos(2.0), "curvature": -np.sin(2.0)}
newton_move = -hill["slope"] / hill["curvature"]
print(f"slope {hill['slope']:.2f}: downhill is to the right, but Newton moves by {newton_move:.2f}, towards the top")

# %% [markdown]
# The log loss of a logistic regression is well-behaved, as you will see in
# [3.3](3.3_training_logistic_regression.ipynb).

# %% [markdown]
# ## Summary
#
# - Gradient descent: start somewhere, step against the slope, stop when the step is below a tolerance.
# - The learning rate decides: too small and it never arrives, too big and it bounces or diverges.
# - The second derivative gives a rate for every place, $1/f''(w)$; with many weights, the inverse Hessian. It
#   needs far fewer updates and no tuning, and costs too much when there are millions of weights.
# - scikit-learn's default, lbfgs, is a quasi-Newton method.
#
# **To think about.** On the bowl, which learning rate arrives in a single step? What has that rate to do with
# the second derivative?
#
# Next: [3.2 Assignment: find the minimum of a function](3.2_assignment_minimum_of_a_function.ipynb).
