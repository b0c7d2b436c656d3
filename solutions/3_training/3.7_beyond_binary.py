# %% [markdown]
# # 3.7 Beyond binary (optional)
#
# A label with two values is the exception. Mail goes into more than two folders, and a photograph may show a cat, a
# dog or a horse. The unit leaves this out; here is how logistic regression goes on from two classes to many. Little
# is new: the weighted sum stays, and the inverse logit gets a bigger sister.
#
# **Afterwards you can**
#
# - make several binary classifiers work together as *one-vs-rest*;
# - write the softmax function, so that it survives large numbers;
# - write the cross-entropy, and recognise the log loss in it.
#
# **Time** about 45 minutes. **Files** none. **Before this** [3.3 Training logistic
# regression](3.3_training_logistic_regression.ipynb). There are two practice tasks, checked but not graded.

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.multiclass import OneVsRestClassifier

from workbook import check, plots

# %% [markdown]
# ## 1 Three classes
#
# Three groups of points in the plane, made for this lesson. The labels are 0, 1 and 2: names, not quantities. Class
# 2 is not twice class 1.

# %%
generator = np.random.default_rng(37)
centres = np.array([[-2.0, 0.0], [0.3, 0.4], [2.4, -0.4]])
y = np.repeat([0, 1, 2], 60)
X = centres[y] + generator.normal(scale=[0.7, 1.2], size=(180, 2))
print("X", X.shape, " y", y.shape, " rows of each class", np.bincount(y))

# %% [markdown]
# ## 2 One-vs-rest
#
# **In words.** Train one binary classifier for each class: this class (1) against all others (0). Ask all of them, and
# believe the one that is surest.
#
# **Formula.** $p_c = 1 / (1 + e^{-z_c})$ with $z_c = \alpha_c + w_c \cdot x$ for each class $c$; predict the class
# with the largest $p_c$.
#
# **A tiny example.** Three classifiers say 0.6, 0.5 and 0.3: predict class 0. Note that the three add up to 1.4.
# They were trained apart, and nobody told them that an example belongs to exactly one class.

# %%
votes = np.array([0.6, 0.5, 0.3])
print("predicted class:", votes.argmax(), "  sum of the three:", round(votes.sum(), 2))

# %% [markdown]
# scikit-learn wraps any binary model: `OneVsRestClassifier`.

# %%
one_vs_rest = OneVsRestClassifier(LogisticRegression()).fit(X, y)
raw_votes = np.column_stack([model.predict_proba(X)[:, 1] for model in one_vs_rest.estimators_])
print("votes for the first point:", raw_votes[0].round(3), " sum:", raw_votes[0].sum().round(3))
print(f"over all points the sums run from {raw_votes.sum(axis=1).min():.2f} to {raw_votes.sum(axis=1).max():.2f}")

# %% [markdown]
# The class in the middle has a hard time: no straight line parts it from both neighbours, so its classifier is
# rarely sure.
#
# ## 3 Softmax
#
# **In words.** Let the classes compete. Each has its own weighted sum $z_c$. Make all of them positive by the
# exponential, and divide by the total: now they are probabilities that add up to 1.
#
# **Formula.** $\displaystyle p_c = \frac{e^{z_c}}{\sum_j e^{z_j}}$
#
# **A tiny example.** $z = (0, 1, 2)$. The exponentials are 1, 2.718 and 7.389, together 11.107; divided by that,
# 0.09, 0.245 and 0.665.

# %%
powers = np.exp([0.0, 1.0, 2.0])
print("exponentials", powers.round(3), " total", powers.sum().round(3))
print("probabilities", [round(float(power / sum(powers)), 3) for power in powers])

# %%
plots.softmax_shares()

# %% [markdown]
# Two properties are worth knowing. Adding the same number to all $z$ changes nothing, since it cancels; so one may
# subtract the largest of a row, and then no exponential exceeds 1. And with two classes, softmax of $(0, z)$ is the
# inverse logit of $z$:

# %%
z = 0.8
print(
    "softmax of (0, z):",
    round(np.exp(z) / (np.exp(0) + np.exp(z)), 6),
    "  inverse logit:",
    round(1 / (1 + np.exp(-z)), 6),
)

# %% [markdown]
# **Practice task `softmax`.** One row an example, one column a class. A row with numbers of 1,000 or -1,000 must
# work: subtract each row's largest number first.


# %% answer="softmax"
def softmax(Z):
    """Probabilities, shape (n, c), whose rows add up to 1, for Z, shape (n, c)."""
    ### BEGIN SOLUTION
    shifted = Z - np.max(Z, axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% check="softmax"
check("softmax")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Three steps on the whole table: subtract, exponentiate, divide. Largest and total are taken *along the rows*.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `.max(axis=1)` has shape (n,), which does not align with (n, c). With `keepdims=True` it has shape (n, 1), which does.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# The subtraction is `Z - ...` with a maximum that keeps its dimensions; the division has a sum of the same kind below.
# </details>

# %% [markdown]
# ## 4 Cross-entropy
#
# **In words.** As with the log loss, each row pays the negative logarithm of the probability that was given to what
# is true. With many classes that is one element of the row: the one of the true class.
#
# **Formula.** $\displaystyle L = -\frac{1}{N} \sum_i \log p_{i, y_i}$
#
# **A tiny example.** Two rows, true classes 0 and 2, which were given 0.7 and 0.4:

# %%
print("loss:", round(float(-(np.log(0.7) + np.log(0.4)) / 2), 4))

# %% [markdown]
# **Practice task `cross_entropy`.** `y` holds whole numbers from 0 to c - 1, `P` one row of probabilities each.


# %% answer="cross_entropy"
def cross_entropy(y, P):
    """Mean cross-entropy in nats, one number, of P, shape (n, c), for classes y, shape (n,), of 0 to c - 1."""
    ### BEGIN SOLUTION
    of_true_class = P[np.arange(len(y)), y]
    return float(-np.mean(np.log(of_true_class)))
    ### END SOLUTION


# %% check="cross_entropy"
check("cross_entropy")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# First pick one probability from each row. Then it is a mean of logarithms with a minus.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `P[rows, columns]` with two lists of the same length picks one element for each pair. The rows are 0, 1, 2, …;
# which list holds the columns?
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.arange(len(y))` counts the rows. A loop with `P[i, y[i]]` is fine, too.
# </details>

# %% [markdown]
# With two classes it *is* the log loss: the first column is 1 - p, the second p, and the label picks one of them.
# Its gradient has the form you know, $X^T (P - Y) / n$, where $Y$ holds a 1 in each row at the true class and 0
# elsewhere.
#
# ## 5 Both at work
#
# scikit-learn's `LogisticRegression` uses softmax as soon as there are more than two classes.

# %%
together = LogisticRegression().fit(X, y)
models = {"one-vs-rest": one_vs_rest, "softmax": together}
for name, model in models.items():
    print(f"{name:12} cross-entropy {log_loss(y, model.predict_proba(X)):.3f}, accuracy {model.score(X, y):.3f}")

# %%
plots.class_regions(models, X, y)

# %% [markdown]
# In both pictures the borders are straight: the models are still linear. (For its probabilities one-vs-rest divides
# the votes of a row by their sum.) Softmax gives the class in the middle more room, because it weighs the three
# against each other while it trains.
#
# ## Summary
#
# - One-vs-rest: as many binary classifiers as classes, trained apart; their votes need not add up to 1.
# - Softmax: one model, a weighted sum for each class, probabilities that add up to 1.
# - Cross-entropy is the log loss for many classes.
#
# **To think about.** A photograph can show a cat *and* a dog. Which of the two ways fits labels that don't exclude
# each other?
#
# Next: [4.1 Linear regression](../4_linear_regression/4.1_linear_regression.ipynb).
