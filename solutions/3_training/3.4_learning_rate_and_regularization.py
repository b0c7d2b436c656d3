# %% [markdown]
# # 3.4 Learning rate and regularisation
#
# Two dials that you set before training starts: the learning rate says how the weights are found, the regularisation
# says which weights are wanted. Neither is learned from the data by the training itself; they are *hyperparameters*.
#
# **Afterwards you can**
#
# - recognise a learning rate that is too low, good or too high,
# - recognise overfitting from two curves,
# - write the L1 and the L2 penalty, and say why one makes zeros and the other one does not,
# - say what scikit-learn's `C` means exactly, and why features should be scaled first.
#
# **Time** about 70 minutes. **Files** `churn.csv`, a synthetic stand-in for a phone company's customers.
#
# **Goes with** the readings *Learning Rate* and *Regularization*. There are two practice tasks, which are
# checked but not graded. **Before this** [3.3 Training logistic
# regression](3.3_training_logistic_regression.ipynb).

# %%
import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from workbook import check, explore, plots
from workbook.data import load_churn

# %% [markdown]
# ## 1. The learning rate once more
#
# A reminder of 3.1 in three pictures, all from the same start with eight updates each. A **low** rate creeps
# and needs many updates; a **high** one jumps across the valley, and may end further off than it began; a
# **good** one takes long steps first and short ones near the bottom.


# %%
def bowl(w):
    """The function of 3.1."""
    return 2.5 * (w - 3) ** 2


def slope_of_bowl(w):
    """Its derivative."""
    return 5 * (w - 3)


plots.three_rates(bowl, slope_of_bowl)

# %% [markdown]
# The learning rate changes how you get to the minimum, and how long it takes. It does not change *where* the
# minimum is. The second dial does.

# %% [markdown]
# ## 2. Overfitting
#
# A model with many weights can follow its training examples very closely, including their accidents. Then its
# loss on the training rows looks fine, and on new rows it does badly: it **overfits**. You see it when you plot
# both losses against the complexity of the model. Here each model may use one feature more than the one before.
# Of the 16 features only the first four have anything to do with the label, the others are pure chance, and
# there are 60 training rows.

# %%
plots.overfitting()

# %% [markdown]
# The **training loss** falls with every feature, useful or not. The **validation loss**, measured on rows that
# were not used in training, falls as long as the features help, and then turns up. From there on the model
# learns noise.
#
# Two cures: leave features out, or keep them and hold the weights back. The second one is **regularisation**.

# %% [markdown]
# ## 3. A price on weights
#
# An overfitted model tends to have large weights: it turns a tiny difference in a feature into a firm opinion.
# So add a **penalty** to the loss, a price for large weights, and minimise the sum:
#
# $$\text{mean loss} + \text{penalty}(w).$$
#
# Now a weight grows only if it lowers the loss by more than it costs. Two prices are in use.
#
# ### L2: squares
#
# $$\text{L2}(w) = \frac{1}{C} \sum_{j} w_j^2 .$$
#
# The constant $C$ sets the price: a *large* C makes weights cheap (weak regularisation), a *small* C makes them
# dear. The intercept is not charged: a model should be free to say how frequent class 1 is.
#
# By hand for the weights 3.1, 5.2, 1493 and -4.3, with $C = 1$:

# %%
weights = [3.1, 5.2, 1493, -4.3]
squares = [round(weight**2, 2) for weight in weights]
print("squares:", squares, " sum:", f"{sum(squares):,.2f}")
print(f"the third weight makes {squares[2] / sum(squares):.4%} of it")

# %% [markdown]
# Some 2,229,104, and nearly all of it is the fault of one weight. That is the way of L2: it is hard on the
# large ones.
#
# **Task `l2_penalty` (practice).** Write it for an array of weights (without the intercept).


# %% answer="l2_penalty"
def l2_penalty(w, C):
    """L2 penalty, one number, of the weights w, shape (k,), at the strength C > 0."""
    ### BEGIN SOLUTION
    return np.square(w).sum() / C
    ### END SOLUTION


# %% check="l2_penalty"
check("l2_penalty")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Square each weight, add up, and let C do its work at the end.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# A power of an array is taken element by element; `.sum()` adds up. Squaring the sum is something else.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `(...).sum() / ...` with the squares in the brackets.
# </details>

# %% [markdown]
# ### L1: absolute values
#
# $$\text{L1}(w) = \frac{1}{C} \sum_{j} |w_j| .$$
#
# By hand for the same weights: 3.1 + 5.2 + 1493 + 4.3 = 1505.6. The large weight still costs most, and the small ones
# are no longer drowned.

# %%
print("absolute values add up to", round(sum(abs(weight) for weight in weights), 1))

# %% [markdown]
# **Task `l1_penalty` (practice).**


# %% answer="l1_penalty"
def l1_penalty(w, C):
    """L1 penalty, one number, of the weights w, shape (k,), at the strength C > 0."""
    ### BEGIN SOLUTION
    return np.abs(w).sum() / C
    ### END SOLUTION


# %% check="l1_penalty"
check("l1_penalty")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# As before, with absolute values in place of squares.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# NumPy has `np.abs`, which works element by element. The absolute value of the sum is something else.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The same line as for L2, with another function around `w`.
# </details>

# %% [markdown]
# ## 4. Why L1 makes zeros
#
# A descent feels the *slope* of the penalty: it is the force that pulls a weight towards zero.

# %%
plots.penalty_shapes()

# %% [markdown]
# L1 pulls with the same force, however small the weight already is, so a weight that does little for the loss
# is pulled all the way and stays at **exactly 0**. L2's pull fades as the weight shrinks: it makes weights
# small, and hardly ever zero. A model with many zeros is called *sparse*; L1 thereby selects features.
#
# You may read that L1 penalises the *number* of weights that are not zero. It charges their absolute values;
# the zeros are a consequence.
#
# A tiny example shows it. Let the loss of a single weight be $\tfrac12 (w - 0.3)^2$, which by itself is lowest
# at 0.3, and add half of each penalty:

# %%
grid = np.linspace(-1, 1, 20_001)
loss = 0.5 * (grid - 0.3) ** 2
for name, penalty in (("no penalty", 0 * grid), ("L1", 0.5 * np.abs(grid)), ("L2", 0.5 * grid**2)):
    print(f"{name:10}: lowest at w = {abs(grid[(loss + penalty).argmin()]):.4f}")

# %% [markdown]
# ## 5. On the customers
#
# The churn data, standardised, a logistic regression for each of many values of C, with L1 on the left and L2 on the
# right. (1,000 customers, to keep it quick.)

# %%
churn = load_churn()
feature_names = list(churn.columns[:-1])
X_raw = churn[feature_names].to_numpy(dtype=float)
X = StandardScaler().fit_transform(X_raw)
y = churn["churn"].to_numpy(dtype=float)
print(f"{len(X):,} customers, {X.shape[1]} features. Read from: {churn.attrs['source']}")

# %%
plots.weights_over_C(X, y, feature_names)

# %% [markdown]
# From right to left the penalty grows. With L1 the weights go to exactly zero one after the other, and the last
# to go are the features that matter most. With L2 all shrink together and none vanishes.
#
# The slider shows the weights at one C; a ring marks a weight that is exactly zero.

# %%
explore.penalty(X, y, feature_names)

# %% [markdown]
# The same without a slider, drawn for one C and in words for four:

# %%
plots.weights_at_C(X, y, feature_names, log10_C=-1.5)

# %%
for exponent in (-2, -1.5, -1, 0):
    print(plots.weights_at_C(X, y, feature_names, log10_C=exponent).alt)

# %% [markdown]
# ## 6. What scikit-learn's C is
#
# Formulas for penalties come on different scales. The one above adds $\frac{1}{C} \sum w_j^2$ to the *mean* loss.
# scikit-learn's `LogisticRegression` minimises
#
# $$C \sum_{i=1}^{N} \text{loss}_i + \frac12 \sum_j w_j^2 ,$$
#
# with the intercept free. Divide by $C N$, which does not move the minimum: that is the mean loss plus
# $\frac{1}{2 C N} \sum_j w_j^2$. So it is the same idea on another scale: a `C` of scikit-learn acts like $2 C
# N$ in the formula of this lesson. The larger the data, the less the penalty counts against it. We compute both
# and compare.

# %%
signs = np.where(y == 1, -1.0, 1.0)
C, N = 0.01, len(y)


def mean_loss_plus_penalty(weights):
    """Mean log loss plus sum(w**2) / (2 C N); the intercept, which comes last, is free."""
    z = X @ weights[:-1] + weights[-1]
    return np.logaddexp(0, signs * z).mean() + (weights[:-1] ** 2).sum() / (2 * C * N)


# %%
ours = minimize(mean_loss_plus_penalty, np.zeros(X.shape[1] + 1), tol=1e-9).x
model = LogisticRegression(C=C, tol=1e-10, max_iter=1_000).fit(X, y)
theirs = np.append(model.coef_[0], model.intercept_)
free = LogisticRegression(C=1e10, tol=1e-10, max_iter=1_000).fit(X, y)

print(f"largest difference between the two: {np.abs(ours - theirs).max():.0e}")
print(f"for comparison, without a penalty the weights differ by {np.abs(free.coef_[0] - theirs[:-1]).max():.2f}")
print(f"C = {C} of scikit-learn is {2 * C * N:.0f} in the formula of this lesson")

# %% [markdown]
# ## 7. Scale first
#
# The penalty looks at weights, and a weight depends on the unit of its feature. The age of the phone in days
# has a small weight per day; in years its weight is 365 times larger, and the price 365 squared times higher,
# for the very same information. Without a penalty the unit makes no difference to the predictions. With one, it
# does:

# %%
in_years = X_raw.copy()
position = feature_names.index("eqpdays")
in_years[:, position] /= 365

for C in (1e10, 0.001):
    settings = {"C": C, "solver": "newton-cholesky", "tol": 1e-10}
    in_days_p = LogisticRegression(**settings).fit(X_raw, y).predict_proba(X_raw)[:, 1]
    in_years_p = LogisticRegression(**settings).fit(in_years, y).predict_proba(in_years)[:, 1]
    print(f"C = {C:g}: days or years change a probability by up to {np.abs(in_days_p - in_years_p).max():.1g}")

# %% [markdown]
# So standardise the features before you regularise, and learn mean and spread from the training rows only. It
# also helps the solver: on raw features with very different scales a descent needs many more steps.

# %% [markdown]
# ## 8. Which C?
#
# C is a hyperparameter: the training loss can't choose it, since it always prefers the weakest penalty. Train
# with many values, a factor of 10 apart, and compare the losses on rows that were not used in training. Small
# data and many features want a lower C. That is the unit assignment,
# [3.5](3.5_assignment_optimizing_logistic_regression.ipynb).

# %% [markdown]
# ## Summary
#
# - The learning rate decides how the minimum is reached; regularisation changes which minimum it is.
# - Overfitting shows as a validation loss that turns up while the training loss falls.
# - L2 adds $\frac{1}{C} \sum w^2$ and shrinks all weights; L1 adds $\frac{1}{C} \sum |w|$ and makes some
#   exactly zero.
# - A large C is a weak penalty. scikit-learn puts C in front of the summed loss: the same idea, on another scale.
# - Scale the features first.
#
# **To think about.** Two features are exact copies of one another. How would L2 share the weight between them,
# and how would L1? (Compare the price of 2 and 0 with that of 1 and 1.)
#
# Next: [3.5 Assignment: optimising logistic regression](3.5_assignment_optimizing_logistic_regression.ipynb).
