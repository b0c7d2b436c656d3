# %% [markdown]
# # 3.2 Assignment: find the minimum of a function
#
# Training a model means finding the weights at which a loss is smallest. Before you do that for a real loss, you
# learn to find the lowest point of a plain function of one number, in three ways: by looking and searching a
# grid, by gradient descent, and by Newton's method, which uses the curvature as well.
#
# **When you are done, you can**
#
# - find a minimum on a grid and read it off a plot,
# - differentiate a polynomial twice with the chain rule and check the result by numbers,
# - write gradient descent, for one weight and for many, with two ways to stop,
# - write Newton's method and say what it saves.
#
# **Time** about 90 minutes. **Files** none: the function is given by a formula.
# **Before this** [3.1 Gradient descent](3.1_gradient_descent.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `f` | 1 | right values, for a number and for an array |
# | `grid_minimum` | 2 | 1 for the grid and its lowest point, 1 for the plot |
# | `gradient` | 2 | right slopes, for a number and for an array |
# | `hessian` | 2 | right second derivatives, for a number and for an array |
# | `gradient_descent` | 3 | 1 for the weight it ends at, 1 for the count of updates, 1 for vectors and special starts |
# | `newton` | 2 | 1 for the weight it ends at, 1 for the count of updates |
#
# Each answer cell holds a line that raises `NotImplementedError`. Replace that line with your code, run the cell,
# then run the check below it. You may run checks and hand in as often as you like. The grader calls your
# functions with functions and numbers of its own, so use nothing but the arguments. Partial points are earned in
# the order of the table: the count is looked at when the weights are right.

# %% given="setup"
import matplotlib.pyplot as plt
import numpy as np

from workbook import check

# %% [markdown]
# ## 1 The function
#
# All of this assignment is about one polynomial:
#
# $$f(x) = 0.001\,(3x - 1)^4 + 1.5\,(2x - 4)^2 + 5x + 7 .$$
#
# By hand at $x = 1$: the brackets are 2 and -2, their powers $2^4 = 16$ and $(-2)^2 = 4$, so
# $f(1) = 0.016 + 6 + 5 + 7 = 18.016$.

# %%
brackets = 3 * 1 - 1, 2 * 1 - 4
print("brackets:", brackets, " terms:", 0.001 * brackets[0] ** 4, 1.5 * brackets[1] ** 2, 5 * 1, 7)

# %% [markdown]
# **Task `f` (1 point).** Write the polynomial as a function of `x`. It should take one number and return one
# number, and take an array and return the array of values. Plain arithmetic does both at once.


# %% answer="f"
def f(x):
    """Value of the polynomial at x: a number for a number, an array of the same shape for an array."""
    ### BEGIN SOLUTION
    return 0.001 * (3 * x - 1) ** 4 + 1.5 * (2 * x - 4) ** 2 + 5 * x + 7
    ### END SOLUTION


# %% check="f"
check("f")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Four terms, added up. Write each one as it stands in the formula.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# In Python a power is written with two stars, `u ** 4`, and every multiplication needs its star: $3x$ is `3 * x`.
# With these signs arrays work without a loop.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The second term is `1.5 * (2 * x - 4) ** 2`. The first one has the same form; then add the last two.
# </details>

# %% [markdown]
# ## 2 Look, and search a grid
#
# The simplest way to find a minimum: compute the function at many points, and take the lowest. It needs no
# calculus, and it never gets lost. On a small grid by hand, for $(x - 2)^2$ at 0, 1, 2, 3:

# %%
small_grid = np.array([0, 1, 2, 3])
heights = (small_grid - 2) ** 2
print("x:", small_grid, " heights:", heights, " lowest at position", heights.argmin())

# %% [markdown]
# **Task `grid_minimum` (2 points).** One point for three variables: `xs`, 1,000 evenly spaced points from -10 to
# 10; `ys`, the values of `f` at these points; `x_min_grid`, the point of `xs` at which `ys` is smallest. One point
# for the plot: draw `f` over `xs` as a line, with any plotting library you like, and keep the Axes it is drawn on
# in `f_ax`. Labels and a title are good manners.

# %% answer="grid_minimum"
# xs: 1,000 points from -10 to 10. ys: f there. x_min_grid: the x of the smallest y. f_ax: the Axes with the line.
### BEGIN SOLUTION
xs = np.linspace(-10, 10, 1000)
ys = f(xs)
figure, f_ax = plt.subplots()
f_ax.plot(xs, ys)
f_ax.set(xlabel="x", ylabel="f(x)", title="f has a single valley")
x_min_grid = xs[np.argmin(ys)]
### END SOLUTION

# %% check="grid_minimum"
check("grid_minimum")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Three steps: make the points, apply your function to all of them, find the position of the smallest value and
# look up which point stands there. Then a plot with the points to the right and the values upwards.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `np.linspace` makes evenly spaced points. `np.argmin` returns a *position*; square brackets turn it into a point.
# `plt.subplots()` returns two things, a Figure and an Axes, and an Axes has a method `plot`.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.linspace(first, last, how_many)`, and an element of `xs` picked by the position of the smallest element of
# `ys`. If you draw with `plt.plot`, call `f_ax = plt.gca()` right after it, in the same cell.
# </details>

# %% [markdown]
# Two drawbacks of the grid. It can only be as exact as its spacing: here $20/999 \approx 0.02$. And it grows
# without measure. With 1,000 points a weight, a model with one weight needs 1,000 values of the loss; a model with
# twelve weights, such as one for the churn data, would need $1000^{12}$.

# %%
print(f"spacing: {20 / 999:.4f}, values needed for 12 weights: 10 to the {round(12 * np.log10(1000))}")

# %% [markdown]
# ## 3 The slope
#
# Gradient descent needs the derivative, which for one variable is the slope. Each term of $f$ is differentiated on
# its own. For a power of a bracket the *chain rule* has two steps: bring down the exponent and lower it by one,
# then multiply by the derivative of what is inside the bracket.
#
# An example that is not our $f$: $g(x) = 0.5\,(2x - 3)^3$. Bring down the 3, lower the exponent to 2, multiply by the
# inner derivative 2: $g'(x) = 0.5 \cdot 3\,(2x - 3)^2 \cdot 2 = 3\,(2x - 3)^2$. At $x = 2$ that is 3. You can check
# any derivative by numbers: go a hair to the left and to the right, and divide the rise by the run.


# %%
def g(x):
    """The example of the text."""
    return 0.5 * (2 * x - 3) ** 3


hair = 1e-5
print("by the formula:", 3 * (2 * 2 - 3) ** 2, " by numbers:", (g(2 + hair) - g(2 - hair)) / (2 * hair))

# %% [markdown]
# **Task `gradient` (2 points).** Differentiate $f$ by hand and write the derivative as a function, again for a
# number and for an array.


# %% answer="gradient"
def gradient(x):
    """Slope of f at x: a number for a number, an array of the same shape for an array."""
    ### BEGIN SOLUTION
    return 0.012 * (3 * x - 1) ** 3 + 6 * (2 * x - 4) + 5
    ### END SOLUTION


# %% check="gradient"
check("gradient")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Term by term. Two terms need the chain rule, $5x$ has the same slope everywhere, and 7 has none.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# The derivative has three terms: a number times a third power, a number times a plain bracket, and a number. If a
# check fails, compare with the numbers: `(f(x + hair) - f(x - hair)) / (2 * hair)`.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The number before the third power is 0.001 times 4 (the exponent) times 3 (the inner derivative). The number before
# the plain bracket is found in the same way.
# </details>

# %% [markdown]
# ## 4 The curvature
#
# The second derivative says how the slope changes: it is large where the curve bends sharply. With many variables
# all second derivatives together form a matrix, the *Hessian*; with one variable the Hessian is a single number,
# and we use the same word. For the example, $g''(x) = 3 \cdot 2\,(2x - 3) \cdot 2 = 12\,(2x - 3)$, which is 12 at
# $x = 2$.

# %%
print(
    "by the formula:", 12 * (2 * 2 - 3), " by numbers:", (3 * (2 * 2.001 - 3) ** 2 - 3 * (2 * 1.999 - 3) ** 2) / 0.002
)

# %% [markdown]
# **Task `hessian` (2 points).** Differentiate your slope once more.


# %% answer="hessian"
def hessian(x):
    """Second derivative of f at x: a number for a number, an array of the same shape for an array."""
    ### BEGIN SOLUTION
    return 0.108 * (3 * x - 1) ** 2 + 12
    ### END SOLUTION


# %% check="hessian"
check("hessian")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# The same two steps for the third power. The plain bracket leaves a number, and the constant slope of $5x$ leaves
# nothing.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Two terms: a number times a square, plus a number. It is never negative, which is why $f$ has only one valley.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The number before the square is 0.012 times 3 (the exponent) times 3 (the inner derivative); the other number is 6
# times 2.
# </details>

# %% [markdown]
# ## 5 Gradient descent
#
# Start somewhere and walk downhill. From the weight $w$, one *update* takes the step
#
# $$\text{step} = \eta \cdot f'(w), \qquad w \leftarrow w - \text{step},$$
#
# where $\eta$ is the learning rate. The minus matters: the slope points uphill. Near the minimum the slope goes to
# zero, so the steps become short, and when one is shorter than a tolerance we stop.
#
# By hand for $(w - 3)^2$ with the slope $2(w - 3)$, from 10 with $\eta = 0.1$: the slope is 14, the step 1.4, and the
# new weight 8.6. There the slope is 11.2, the step 1.12, the next weight 7.48.

# %%
place = 10.0
for update in (1, 2, 3):
    downhill = 0.1 * 2 * (place - 3)
    place -= downhill
    print(f"update {update}: step {downhill:.3f}, then at {place:.3f}")

# %% [markdown]
# **Task `gradient_descent` (3 points).** The function takes a slope *as a function*, a start `w_0` and three
# settings, and returns the weight it ends at and `n_iter`, the number of updates made. It stops after the first
# update whose step is smaller than the tolerance, or after `max_iter` updates.
#
# - 1 point for the right weight. The last, small step is made before stopping.
# - 1 point for the right count. The last update counts; with `max_iter=0` nothing happens, and the count is 0.
# - 1 point for vectors and special starts: `w_0` may be an array with one weight per element, and then the size of a
#   step is the **sum of absolute values** of its elements; `w_0` may consist of whole numbers; `max_iter` may be 0;
#   and the caller's `w_0` must not change.


# %% answer="gradient_descent"
def gradient_descent(gradient, w_0, learning_rate=0.1, tolerance=1e-6, max_iter=1000):
    """Walk downhill from w_0, a number or an array of shape (k,); return (w, n_iter).

    gradient: a function that returns the slope at w, in the shape of w. Stops after the first step whose sum of
    absolute values is below `tolerance`, or after `max_iter` updates; n_iter counts the updates made.
    """
    ### BEGIN SOLUTION
    w = w_0
    n_iter = 0
    for _ in range(max_iter):
        step = learning_rate * gradient(w)
        w, n_iter = w - step, n_iter + 1
        if np.abs(step).sum() < tolerance:
            break
    return w, n_iter
    ### END SOLUTION


# %% check="gradient_descent"
check("gradient_descent")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# A loop that runs at most `max_iter` times. In each round: compute the step, update the weight, count, and leave the
# loop if the step was small. The slope is asked for anew in each round, at the present weight.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Set the weight and the counter *before* the loop. Inside it, four lines in the order of hint 1; `break` leaves a
# loop. Return both after it. `np.abs(...)` and `.sum()` serve a number and an array alike. An update of the form
# `w = w - ...` makes a new array, while `w -= ...` writes into the old one, and the old one may be the caller's.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The step is the product of two arguments, one of them called at the present weight. The condition compares the sum
# of its absolute values with `tolerance`. If your loop ends after one round on vectors, look for `old = w`: that is
# no copy.
# </details>

# %% [markdown]
# Your function at work on $f$, from 0. Compare with `x_min_grid`: the grid came as near as its
# spacing allows.

# %%
w, n_iter = gradient_descent(gradient, 0.0)
print(f"gradient descent: x = {w:.6f} after {n_iter} updates; grid: x = {x_min_grid:.6f}")
print(f"slope there: {gradient(w):.1e}")

# %% [markdown]
# ## 6 Newton's method
#
# Gradient descent takes the same learning rate everywhere. But where the curve bends sharply, the slope changes fast,
# and a careful step is short; where it is nearly straight, a long step is fine. The second derivative knows which is
# which: Newton's method takes $\eta = 1/f''(w)$, anew in each update.
#
# By hand for $(w - 3)^2$ from 10: the slope is 14, the second derivative 2, the step $14/2 = 7$, and the new weight 3.
# On a parabola a single step arrives. (A second one, of length 0, notices that it has arrived.)

# %%
print("step:", 2 * (10 - 3) / 2, " new weight:", 10 - 2 * (10 - 3) / 2)

# %% [markdown]
# **Task `newton` (2 points).** As before, for one weight: 1 point for the weight it ends at, 1 point for the count.
# The rules for stopping and counting are those of `gradient_descent`.


# %% answer="newton"
def newton(gradient, hessian, w_0, tolerance=1e-6, max_iter=100):
    """Walk downhill from the number w_0 with the learning rate 1 / hessian(w); return (w, n_iter)."""
    ### BEGIN SOLUTION
    w, n_iter, size = w_0, 0, np.inf
    while size >= tolerance and n_iter < max_iter:
        step = gradient(w) / hessian(w)
        w, n_iter, size = w - step, n_iter + 1, abs(step)
    return w, n_iter
    ### END SOLUTION


# %% check="newton"
check("newton")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# It is gradient descent with one change: the learning rate is computed in each round.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Copy your loop. There is no argument `learning_rate` now; inside the loop, the second derivative at the present
# weight takes its place.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# Multiplying by $1/f''(w)$ is dividing by it: the step is a fraction with `gradient` above and `hessian` below, both
# called at the present weight.
# </details>

# %% [markdown]
# ## 7 Compare
#
# Both methods from seven starting points, with a learning rate of 0.01 for gradient descent. (With 0.1, starts far
# out would fly off: $f$ is steep there. Try it.)

# %%
print("start   gradient descent           Newton")
for start in (-10.0, -5.0, 0.0, 1.0, 2.0, 5.0, 10.0):
    w_descent, n_descent = gradient_descent(gradient, start, learning_rate=0.01)
    w_newton, n_newton = newton(gradient, hessian, start)
    print(f"{start:5.0f}   x = {w_descent:.5f}, {n_descent:3d} updates   x = {w_newton:.5f}, {n_newton} updates")

# %% [markdown]
# Both end at the same place, and the slope there is zero but for rounding. Newton needs far fewer updates, hardly
# depends on where it starts, and asks for no learning rate. It pays with a second derivative in each update, which
# is cheap for one weight and dear for a million.
#
# ## Summary
#
# You found one minimum in three ways. The grid needs no calculus but can't cope with many weights. Gradient descent
# needs the slope and a well-chosen learning rate. Newton's method needs the curvature as well and chooses its own
# steps. In the next lesson the function to minimise is the log loss, and the weights are those of a model.
#
# **To think about.** Where would gradient descent end if $f$ had two valleys? And what would Newton's method do at a
# point where the second derivative is negative?
#
# Next: [3.3 Training logistic regression](3.3_training_logistic_regression.ipynb).
