# %% [markdown]
# # 2.3 Assignment: predict and evaluate from scratch
#
# You now know the two halves of a logistic regression's prediction: a weighted sum, and the inverse logit
# that turns it into a probability. In this assignment you write both, and then the log loss that says how
# good the probabilities are. Before that, a warm-up: the matrix work that every linear model rests on.
#
# **When you are done, you can**
#
# - compute means, deviations, a covariance matrix and its inverse with NumPy,
# - write a prediction function that gives the same probabilities as scikit-learn, and survives extreme inputs,
# - write the log loss and say why probabilities of exactly 0 and 1 need care.
#
# **Time** about 90 minutes. **Files** `churn.csv`, a synthetic stand-in for a phone company's customers.
# **Before this** [2.1 Vectors and matrices](2.1_vectors_and_matrices.ipynb) and
# [2.2 Prediction from scratch](2.2_prediction_from_scratch.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `centered` | 1 | the means and the centered table |
# | `covariance` | 2 | right values, for any number of rows and features |
# | `covariance_inverse` | 1 | the inverse, and its product with the covariance |
# | `inverse_logit` | 3 | 2 for right values, 1 for extremes and weights in every form |
# | `log_loss` | 3 | 2 for right values, 1 for extremes |
#
# Each answer cell holds a line that raises `NotImplementedError`. Replace that line with your code, run the
# cell, then run the check below it. You may run checks as often as you like and hand in again as often as you
# like. Write your functions so that they use only their arguments, and leave those arguments as they were: the
# grader calls them with numbers of its own.

# %% given="setup"
import numpy as np
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from workbook import check
from workbook.data import load_churn

# %% [markdown]
# ## The customers
#
# One row is a customer, one column a feature; the label says whether the customer left (1) or stayed (0).

# %% given="load_customers"
table = None  # or the path of your own copy of the Cell2Cell extract
churn = load_churn(table)
feature_names = list(churn.columns[:-1])
X = churn[feature_names].to_numpy(dtype=float)
y = churn["churn"].to_numpy(dtype=float)
print(f"{len(X):,} customers, {X.shape[1]} features, {y.mean():.1%} left. Read from: {churn.attrs['source']}")

# %% [markdown]
# ## 1 Matrix work
#
# ### 1.1 Means and deviations
#
# A table is *centered* when the mean of each column has been subtracted from the column. What is left are
# deviations: how far a customer lies above or below the average customer, feature by feature. Written with
# the mean $\bar x_j$ of column $j$,
#
# $$\tilde x_{ij} = x_{ij} - \bar x_j .$$
#
# A tiny example, by hand: the column 2, 4, 9 has the mean 5, so its deviations are -3, -1 and 4. They add up
# to 0, as deviations always do. The next cell computes it.

# %%
small = [2, 4, 9]
small_mean = sum(small) / len(small)
print("mean:", small_mean, " deviations:", [value - small_mean for value in small])

# %% [markdown]
# **Task `centered` (1 point).** Compute `X_means`, the mean of each feature, with shape (k,), and `X_centered`,
# the table of deviations, with the shape of `X`. Leave `X` itself unchanged.

# %% answer="centered"
# X_means: the mean of each column of X, shape (k,). X_centered: X minus those means, shape (n, k).
### BEGIN SOLUTION
X_means = X.mean(axis=0)
X_centered = X - X_means
### END SOLUTION

# %% check="centered"
check("centered")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# A mean per feature runs *down* the rows. Of the two axes of `X`, which one counts the rows?
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `.mean()` takes an `axis` argument and then returns one number per remaining position. When you subtract a
# (k,) array from an (n, k) table, NumPy subtracts it from every row (see 2.1, *adding a vector to rows*).
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# Two lines: `X_means = X.mean(axis=...)`, then the table minus what you just computed.
# </details>

# %% [markdown]
# ### 1.2 Covariance
#
# Do customers who call more also pay more? The *covariance* of two features is positive when they rise
# together, negative when one falls as the other rises, and near zero when they ignore each other. For columns
# $a$ and $b$ it is the mean product of their deviations, with $n - 1$ in place of $n$ because the means were
# estimated from the same rows:
#
# $$c_{ab} = \frac{1}{n-1} \sum_{i=1}^{n} \tilde x_{ia}\, \tilde x_{ib}.$$
#
# All pairs at once form a (k, k) matrix with the variances on its diagonal. Each entry is the dot product of two
# columns of deviations, so the whole matrix is one matrix product.
#
# By hand: the columns 2, 4, 9 and 1, 3, 2 have deviations -3, -1, 4 and -1, 1, 0. The products are 3, -1, 0;
# they add up to 2; divided by $3 - 1$ that is a covariance of 1.

# %%
first, second = np.array([-3.0, -1.0, 4.0]), np.array([-1.0, 1.0, 0.0])
print("products:", first * second, " covariance:", (first * second).sum() / (3 - 1))

# %% [markdown]
# **Task `covariance` (2 points).** Write the function for any table with at least 2 rows and 2 features. It
# centers the table that it is given; it does not rely on `X_centered` from above.


# %% answer="covariance"
def covariance(X):
    """Sample covariance matrix, shape (k, k), of the columns of X, shape (n, k); divides by n - 1."""
    ### BEGIN SOLUTION
    deviations = X - X.mean(axis=0)
    return deviations.T @ deviations / (len(X) - 1)
    ### END SOLUTION


# %% check="covariance"
check("covariance")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# First the deviations, as in 1.1. Then every pair of columns is multiplied and added up, which is what a matrix
# product does.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# The deviations have shape (n, k), and the result must have shape (k, k). Inner dimensions must agree: (k, n)
# times (n, k). Which of the two factors do you have to transpose?
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `D.T @ D` for deviations `D` adds up the products of all pairs. One division is left: count the rows with
# `len(X)`.
# </details>

# %% [markdown]
# ### 1.3 The inverse
#
# The inverse of a matrix plays the part of a reciprocal: $C\, C^{-1} = I$, the identity, with ones on the diagonal
# and zeros elsewhere. You will meet the inverse of a matrix much like this one again in module 3, where it
# replaces the learning rate. The given cell below applies your function to the customers.

# %% given="covariance_of_customers"
C = covariance(X)
print("C has shape", C.shape)

# %% [markdown]
# **Task `covariance_inverse` (1 point).** Compute `C_inv`, the inverse of `C`, and `C_identity`, the matrix
# product of the two. Rounding leaves tiny numbers where zeros should be; that is fine.

# %% answer="covariance_inverse"
# C_inv: the inverse of C, shape (k, k). C_identity: the matrix product of C and C_inv, shape (k, k).
### BEGIN SOLUTION
C_inv = np.linalg.inv(C)
C_identity = C @ C_inv
### END SOLUTION

# %% check="covariance_inverse"
check("covariance_inverse")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# NumPy keeps its linear algebra in one module; 2.1 used a function of it on a small matrix.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# The module is `np.linalg`. For the product remember the difference between `*`, element by element, and the
# matrix product.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.linalg.inv(...)` for the first; `... @ ...` for the second.
# </details>

# %% [markdown]
# ## 2 The prediction
#
# The linear step adds up the features of a row, each times its weight, and the intercept:
# $z_i = \alpha + \sum_j x_{ij} w_j$. The inverse logit makes a probability of it:
#
# $$p_i = \frac{1}{1 + e^{-z_i}} .$$
#
# By hand: weights 3, -6 and -5, features 1, 0 and 1, intercept 3 give $z = 3 + 3 - 5 = 1$ and
# $p = 1 / (1 + e^{-1}) \approx 0.73$. At $z = 0$ the probability is exactly one half.

# %%
z_by_hand = 3 + 3 * 1 - 6 * 0 - 5 * 1
print("z =", z_by_hand, " p =", round(1 / (1 + np.e**-z_by_hand), 4))

# %% [markdown]
# The formula has a weak spot. For $z = -1000$ it asks for $e^{1000}$, a number with 435 digits, and a float holds
# no more than 309. NumPy then warns of an *overflow*. There is a twin of the formula,
# $p = e^{z} / (1 + e^{z})$, which is just as right and is safe exactly where the first one is not.

# %%
digits = 1000 / np.log(10)
print(f"e to the 1000 has {int(digits) + 1} digits; the largest float is {np.finfo(float).max:.2e}")

# %% [markdown]
# **Task `inverse_logit` (3 points).** Two points for right values. The third point is for a sturdy function: at
# $|z| = 1000$ the result lies within $10^{-12}$ of 0 or 1, without an overflow warning, and the weights may come as
# an array of shape (k,), as a list, or as a column of shape (k, 1), as in 2.2. The result always has shape (n,).


# %% answer="inverse_logit"
def inverse_logit(X, w, alpha):
    """Probabilities of class 1, shape (n,), for features X, shape (n, k), weights w and an intercept alpha.

    w has shape (k,) or (k, 1), or is a list of k numbers.
    """
    ### BEGIN SOLUTION
    z = X @ np.ravel(w) + alpha
    decay = np.exp(-np.abs(z))  # never above 1, so it can't overflow
    return np.where(z >= 0, 1, decay) / (1 + decay)
    ### END SOLUTION


# %% check="inverse_logit"
check("inverse_logit")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Three steps: bring the weights to shape (k,), compute all z at once, apply the inverse logit. Get the values
# right first and run the check: it tells you when only the extremes are missing.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `np.ravel` flattens lists and columns alike. For the extremes, note that $e^{-|z|}$ lies between 0 and 1 for every
# z and can't overflow. Both twins of the formula can be written with it.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# With `small` for $e^{-|z|}$: where z is positive the first formula reads 1 / (1 + small), and where z is negative
# the twin reads small / (1 + small). `np.where(condition, a, b)` picks row by row. SciPy has a function for the
# whole thing, `scipy.special.expit`; using it is fine too.
# </details>

# %% [markdown]
# ## 3 The log loss
#
# A label is 0 or 1, a prediction is a probability. The log loss charges each row the negative logarithm of the
# probability that was given to what really happened, and takes the mean:
#
# $$L = -\frac{1}{N} \sum_{i=1}^{N} \bigl( y_i \log p_i + (1 - y_i) \log (1 - p_i) \bigr).$$
#
# Only one of the two terms is ever alive in a row: $y_i$ switches on the first, $1 - y_i$ the second. By hand: a
# customer who left and was given $p = 0.96$ costs $-\log 0.96 \approx 0.041$; one who left and was given
# $p = 0.014$ costs $-\log 0.014 \approx 4.27$. Being confidently wrong is dear.

# %%
print("cost at p = 0.96:", round(-np.log(0.96), 3), "  cost at p = 0.014:", round(-np.log(0.014), 2))

# %% [markdown]
# And a probability of exactly 0 for something that happens would cost infinitely much. One such row would spoil
# the mean of all others, so implementations keep probabilities a hair away from 0 and 1.
#
# **Task `log_loss` (3 points).** Two points for right values, one for extremes: the result stays finite when p is
# exactly 0 or 1; each wrong row of that kind costs at least 15 (so keep the hair at $10^{-7}$ or thinner), and
# moderate probabilities must not be touched.


# %% answer="log_loss"
def log_loss(y, p):
    """Mean log loss in nats, one number, of probabilities p, shape (n,), for labels y, shape (n,), of 0 and 1."""
    ### BEGIN SOLUTION
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
    ### END SOLUTION


# %% check="log_loss"
check("log_loss")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Compute one number per row, then take the mean. A loop is fine; arrays are shorter.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `np.log` works on whole arrays. Labels are numbers, so they can be multiplied. To keep p inside a range there is
# `np.clip(values, lowest, highest)`; it returns a new array.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# First `p = np.clip(p, tiny, 1 - tiny)` with a `tiny` of your choice below 1e-7. Then the mean of the expression in
# the big brackets of the formula, written with `*`, and a minus in front.
# </details>

# %% [markdown]
# ## 4 Against scikit-learn
#
# The proof of the pudding: scikit-learn trains on three quarters of the customers, and your two functions predict and
# evaluate the rest with its weights. Both differences should be zero but for rounding.

# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=7)
library = LogisticRegression(solver="newton-cholesky").fit(X_train, y_train)

your_p = inverse_logit(X_test, library.coef_.reshape(-1, 1), library.intercept_[0])
library_p = library.predict_proba(X_test)[:, 1]
print("largest difference of a probability:", np.abs(your_p - library_p).max())

# %%
loss, library_loss = log_loss(y_test, your_p), metrics.log_loss(y_test, library_p)
print(f"log loss: yours {loss:.6f}, scikit-learn's {library_loss:.6f}, difference {abs(loss - library_loss):.1e}")
print(f"for comparison, always saying 0.5 costs log 2 = {np.log(2):.6f}")

# %% [markdown]
# ## Summary
#
# You have written what `predict_proba` and scikit-learn's `log_loss` do, in a few lines, and know the two places where
# the plain formulas break: an exponential that overflows, and a logarithm of zero. In module 3 the log loss
# becomes the thing to minimise, and you will find the weights yourself.
#
# **To think about.** Your log loss on the test rows lies below $\log 2$, and still far from zero. What would a model
# have to know about a customer to push it much lower?
#
# Next: [3.1 Gradient descent](../3_training/3.1_gradient_descent.ipynb)
