# %% [markdown]
# # 3.3 Training logistic regression
#
# Now the two threads meet. The function to minimise is the log loss of module 2, the thing to move is the
# vector of weights, and the way to move it is Newton's method from 3.1 and 3.2. At the end you compare your
# weights with those of scikit-learn, digit by digit.
#
# **Afterwards you can**
#
# - treat the intercept as one more weight, by a column of ones,
# - write the gradient and the Hessian of the log loss, and train by Newton's method,
# - say why the log loss has a single minimum and the squared error of a sigmoid is not so kind,
# - explain in what your weights and scikit-learn's may differ.
#
# **Time** about 100 minutes. **Files** `churn.csv`, a synthetic stand-in for a phone company's customers.
#
# **Goes with** the video *Using Gradient Descent in Logistic Regression Training* and the reading *Training a
# Logistic Regression Model*. There are three practice tasks, which are checked but not graded. **Before this**
# [3.2 Assignment: find the minimum of a function](3.2_assignment_minimum_of_a_function.ipynb).

# %%
import numpy as np
from scipy.optimize import minimize
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from workbook import check, plots
from workbook.data import load_churn

# %% [markdown]
# ## 1. The recipe
#
# Training, in words that fit any model with weights:
#
# ```text
# initialise the weights w and the intercept alpha          (zeros, or small random numbers)
# choose a learning rate                                    (0.001 to 0.1 is typical)
# repeat
#     predict p for all examples with the present weights
#     compute the loss of these predictions
#     compute how the loss changes with each weight         (the gradient)
#     move w and alpha a little against that change         (the update)
# until the loss, or the weights, change less than a threshold
# ```
#
# What the loss rewards, once more in two numbers. A customer who left and was given $p = 0.96$ costs $-\log
# 0.96$, next to nothing; one who left and was given $p = 0.014$ costs about a hundred times as much. The
# weights move so as to please the second one.

# %%
print(f"-log(0.96) = {-np.log(0.96):.3f},  -log(0.014) = {-np.log(0.014):.2f}")

# %% [markdown]
# ## 2. The intercept becomes a weight
#
# The linear step is $z = \alpha + w \cdot x$. If every example has one more feature that is always 1, its
# weight is the intercept: $z = w_1 x_1 + \dots + w_k x_k + \alpha \cdot 1$. So we put a **column of ones** to
# the right of `X`, call the result `X1`, with shape (n, k + 1), and the intercept is the last entry of `w1`.
# One vector, one gradient, one update.

# %%
X1_small = np.array([[1.0, 1.0], [-1.0, 1.0], [2.0, 1.0], [0.0, 1.0]])  # one feature, then the ones
y_small = np.array([1.0, 0.0, 1.0, 1.0])
w1_small = np.array([0.5, -0.25])  # a weight, then the intercept
z_small = X1_small @ w1_small
p_small = 1 / (1 + np.exp(-z_small))
print("z:", z_small, " p:", p_small.round(3))

# %% [markdown]
# ## 3. The gradient
#
# How does the mean log loss change when one weight changes a little? The derivation is half a page of chain
# rule, and nearly everything cancels. What is left is short: each example pulls at weight $j$ with its
# **error** $p_i - y_i$ times its feature $x_{ij}$,
#
# $$\frac{\partial L}{\partial w_j} = \frac{1}{N} \sum_{i=1}^{N} (p_i - y_i)\, x_{ij},
# \qquad\text{all at once}\qquad \nabla L = \frac{1}{N}\, X_1^T (p - y).$$
#
# A word about the sign. You will also meet $y - p$. Both are right in their place: $p - y$ is the gradient of
# the *loss* (the negative log likelihood), which we go down; $y - p$ is that of the *likelihood*, which one
# goes up. A source that minimises and writes $y - p$ has slipped.
#
# By hand for the four examples above, row by row:

# %%
for row, p_row, y_row in zip(X1_small, p_small, y_small, strict=True):
    print(f"x = {row}   error {p_row - y_row:7.4f}   error times x = {(p_row - y_row) * row}")

total = sum((p_row - y_row) * row for row, p_row, y_row in zip(X1_small, p_small, y_small, strict=True))
gradient_small = total / 4
print("mean of the last column:", gradient_small.round(4))

# %% [markdown]
# **Task `log_loss_gradient` (practice).** Write it with arrays, for any number of rows and weights. `X1` has its ones
# column already.


# %% answer="log_loss_gradient"
def log_loss_gradient(X1, y, w1):
    """Gradient of the mean log loss, shape (k + 1,).

    X1: features with the ones column last, (n, k + 1). y: labels 0/1, (n,). w1: weights, intercept last, (k + 1,).
    """
    ### BEGIN SOLUTION
    p = 1 / (1 + np.exp(-X1 @ w1))
    return X1.T @ (p - y) / len(y)
    ### END SOLUTION


# %% check="log_loss_gradient"
check("log_loss_gradient")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Two steps: the probabilities with the present weights, then the formula on the right.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# The errors have shape (n,), the result (k + 1,). The product of a (k + 1, n) matrix and an (n,) vector does the sum
# over the rows.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The transpose of `X1`, the sign `@`, the errors in brackets, and a division by the number of rows.
# </details>

# %% [markdown]
# ## 4. The Hessian
#
# The second derivatives tell how fast each entry of the gradient changes with each weight. Again nearly everything
# cancels:
#
# $$H_{ab} = \frac{1}{N} \sum_{i=1}^{N} p_i (1 - p_i)\, x_{ia}\, x_{ib},
# \qquad H = \frac{1}{N}\, X_1^T\, \mathrm{diag}\bigl(p (1 - p)\bigr)\, X_1 ,$$
#
# a matrix of shape (k + 1, k + 1). The factor $q_i = p_i (1 - p_i)$ is largest, 1/4, for an example at $p =
# 0.5$ and near zero for a decided one: undecided examples make the valley steep. By hand, one outer product per
# row:

# %%
outer_sum = np.zeros((2, 2))
for row, p_row in zip(X1_small, p_small, strict=True):
    outer_sum += p_row * (1 - p_row) * np.outer(row, row)
    print(f"x = {row}   q = {p_row * (1 - p_row):.4f}")

hessian_small = outer_sum / 4
print(hessian_small.round(4))

# %% [markdown]
# **Task `log_loss_hessian` (practice).** Write it with arrays. A full `np.diag` of 4,000 customers would hold
# 16 million numbers, nearly all of them zero; can you do without?


# %% answer="log_loss_hessian"
def log_loss_hessian(X1, w1):
    """Hessian of the mean log loss, shape (k + 1, k + 1), for X1 (n, k + 1) with ones last and weights w1 (k + 1,)."""
    ### BEGIN SOLUTION
    p = 1 / (1 + np.exp(-X1 @ w1))
    q = p * (1 - p)
    return X1.T @ (X1 * q.reshape(-1, 1)) / len(X1)
    ### END SOLUTION


# %% check="log_loss_hessian"
check("log_loss_hessian")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Multiplying by a diagonal matrix from the left multiplies each row by its own number. That is elementwise work.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `X1` has shape (n, k + 1) and the row weights (n,). To scale rows, the weights must stand in a column (n, 1),
# see 2.1. Then one matrix product of the transpose with the scaled table.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `scaled = X1 * column_of_q`, then the transpose of `X1` times `scaled`, over the number of rows.
# </details>

# %% [markdown]
# ## 5. One full step
#
# In one dimension the step was slope over curvature. Now it is the inverse Hessian times the gradient. As in 2.1, we
# don't invert: we *solve* $H \cdot \text{step} = \nabla L$. For the four examples, the two printed pieces give:

# %%
step_small = np.linalg.solve(hessian_small, gradient_small)
moved_small = w1_small - step_small

for name, weights in (("before", w1_small), ("after", moved_small)):
    loss = metrics.log_loss(y_small, 1 / (1 + np.exp(-(X1_small @ weights))))
    print(f"{name}: weight {weights[0]:.4f}, intercept {weights[1]:.4f}, log loss {loss:.4f}")

# %% [markdown]
# ## 6. The whole loop
#
# **Task `fit_newton` (practice).** Train: add the ones column, start with all weights zero, and repeat the full
# step. Stop when the sum of the absolute changes of the weights is below `tolerance` (the norm or the largest
# change will do as well), or after `max_iter` steps. Keep all weights on the way in `history`, one row per
# step, with the zeros as row 0 and the intercept in the last column. Your two functions above may do the work.


# %% answer="fit_newton"
def fit_newton(X, y, tolerance=1e-8, max_iter=20):
    """Train by Newton's method; return (w, alpha, history) with shapes (k,), () and (steps + 1, k + 1)."""
    ### BEGIN SOLUTION
    X1 = np.hstack([X, np.ones((len(X), 1))])
    history = [np.zeros(X1.shape[1])]
    for _ in range(max_iter):
        w1 = history[-1]
        change = np.linalg.solve(log_loss_hessian(X1, w1), log_loss_gradient(X1, y, w1))
        history.append(w1 - change)
        if np.abs(change).sum() < tolerance:
            break
    return history[-1][:-1], history[-1][-1], np.array(history)
    ### END SOLUTION


# %% check="fit_newton"
check("fit_newton")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# It is your loop of 3.2 with vectors: gradient, Hessian, solve, subtract, remember, compare.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Before the loop: the ones column (`np.column_stack` or `np.hstack`), weights of zeros, a list with a copy of
# them. In the loop: a *new* array of weights each time, appended to the list. After it: split the last entry
# off.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The step is `np.linalg.solve(the Hessian, the gradient)`, both at the present weights. `weights[:-1]` is all but the
# last, `weights[-1]` the last; `np.array(list_of_arrays)` makes a table.
# </details>

# %% [markdown]
# ## 7. The customers
#
# Now the churn data. We *standardise* the features first: subtract the mean of each column and divide by its
# standard deviation. Then the weights can be compared with one another ("per standard deviation"), and no
# solver has trouble with days beside yes-or-no columns. (We look at training only, so all rows may be used.)

# %%
churn = load_churn()
feature_names = list(churn.columns[:-1])
X = StandardScaler().fit_transform(churn[feature_names].to_numpy(dtype=float))
y = churn["churn"].to_numpy(dtype=float)
print(f"{len(X):,} customers, {X.shape[1]} features. Read from: {churn.attrs['source']}")

# %% [markdown]
# The table of weights by iteration. It is made by scikit-learn's own Newton solver, stopped after 1, 2, 3, ...
# steps, so that you can compare your history with it.

# %%
table = plots.weights_by_iteration(X, y, feature_names)
print(table.T.round(4).to_string())

# %%
plots.weights_over_steps(table)

# %% [markdown]
# From zeros, the weights are close after two or three steps and don't change in the fourth decimal after four.
# Each step roughly doubles the number of right digits; that is the mark of Newton's method near the minimum.

# %%
for step in range(1, len(table)):
    print(f"step {step}: largest distance to the end {(table.loc[step] - table.iloc[-1]).abs().max():.1e}")

# %% [markdown]
# ## 8. Against scikit-learn
#
# The same weights as scikit-learn's, to how many digits? Its `C` says how weak the regularisation is, the
# subject of [3.4](3.4_learning_rate_and_regularization.ipynb). It is **on by default**, with $C = 1$, so for a
# comparison we all but switch it off.

# %%
settings = {
    "C = 1 (the default), lbfgs": {},
    "C = 10^10, lbfgs": {"C": 1e10},
    "C = 10^10, lbfgs, tolerance 1e-10": {"C": 1e10, "tol": 1e-10},
    "C = 10^10, newton-cholesky": {"C": 1e10, "solver": "newton-cholesky", "tol": 1e-10},
}
its_weights = {}
for name, options in settings.items():
    model = LogisticRegression(**options).fit(X, y)
    its_weights[name] = np.append(model.coef_[0], model.intercept_)
    print(f"{name:36} differs by {np.abs(its_weights[name] - table.iloc[-1]).max():.0e} from the table's last row")

# %% [markdown]
# Three reasons for the differences, in the order of their size here. **Regularisation** pulls the weights a
# little towards zero. **Tolerances** differ: lbfgs stops earlier than we do, unless told not to. And **lbfgs**
# takes other steps, so it stops at another place near the minimum. With a very high C and a strict tolerance
# the weights agree to many decimals.
#
# And yours? The next cell runs once your three functions are written.

# %%
try:
    w, alpha, history = fit_newton(X, y)
    gap = np.abs(np.append(w, alpha) - its_weights["C = 10^10, newton-cholesky"]).max()
    print(f"your fit took {len(history) - 1} steps and differs from scikit-learn's by at most {gap:.0e}")
except Exception as problem:
    print(f"Not there yet ({type(problem).__name__}): solve the three tasks above, then run this cell again.")

# %% [markdown]
# You have now trained a logistic regression from scratch. In daily work, don't: if a library you trust does it,
# use the library. It checks its input, copes with odd cases, and was tested by thousands. You wrote it in order
# to know what it does.
#
# A look at design, too. Gradient and Hessian need the same data and the same predictions, and each of your functions
# computes $p$ again. A class that keeps the data and the weights, and computes $p$ once per step, would be tidier and
# nearly twice as quick. You will write one in the lab, [4.3](../4_linear_regression/4.3_lab_airbnb.ipynb).

# %% [markdown]
# ## 9. Why the log loss
#
# One could also train with the squared error of the probabilities, $\tfrac12 (Y - y)^2$, where $Y$ is the predicted
# probability and $y$ the label. Both costs for the same six examples, over a single weight:

# %%
x_six = np.array([-2.0, -1.5, -0.5, 0.8, 1.2, 2.5])
y_six = np.array([0, 0, 1, 0, 1, 1])
plots.two_costs(x_six, y_six)

# %% [markdown]
# The log loss is **convex**: it bends upwards everywhere, so it has a single minimum, and a descent finds it
# from wherever it starts. The squared error of a sigmoid is **not convex**: on the thick parts it bends
# downwards, and far from the minimum it is nearly flat. A start out there sees no slope, and Newton's method
# would even run the wrong way.
#
# Therefore the first weights of a logistic regression may be zeros or random: the end is the same. Three random
# starts, with a minimiser from SciPy:

# %%
signs = np.where(y == 1, -1.0, 1.0)
X_and_ones = np.append(X, np.ones((len(X), 1)), axis=1)
generator = np.random.default_rng(33)
for trial in (1, 2, 3):
    start = generator.normal(size=X_and_ones.shape[1])
    found = minimize(lambda weights: np.logaddexp(0, signs * (X_and_ones @ weights)).mean(), start)
    gap = np.abs(found.x - table.iloc[-1]).max()
    print(f"random start {trial}: loss {found.fun:.6f}, weights within {gap:.0e} of the table's last row")

# %% [markdown]
# ## 10. A batch at a time
#
# One more twist. Every step above looked at all customers. An update may also use a small random subset, a
# **batch**: its gradient points roughly the right way and costs a fraction of the time. This is **stochastic
# gradient descent**, the way in which neural networks are trained. Here each update sees 50 customers only,
# with a constant learning rate:

# %%
plots.batches(X, y)

# %% [markdown]
# It comes down quickly and then wavers, since every batch pulls a little differently. For 4,000 rows and 12 weights
# Newton's four steps are the better choice; for a hundred million rows the batches are.

# %% [markdown]
# ## Summary
#
# - A ones column turns the intercept into a weight.
# - Gradient of the mean log loss: $\frac{1}{N} X_1^T (p - y)$. Hessian: $\frac{1}{N} X_1^T
#   \mathrm{diag}(p(1-p))\, X_1$.
# - Newton's method solves $H \cdot \text{step} = \nabla L$ and arrives after a handful of steps, from zeros or
#   from random weights, since the log loss is convex.
# - scikit-learn finds the same weights when its regularisation is all but switched off and its tolerance is strict.
#
# **To think about.** If one feature tells the two classes apart without a single error, what happens to its
# weight during training? (Think of what the loss could still gain.) The next lesson has the remedy.
#
# Next: [3.4 Learning rate and regularisation](3.4_learning_rate_and_regularization.ipynb).
