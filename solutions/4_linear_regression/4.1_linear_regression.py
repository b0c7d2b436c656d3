# %% [markdown]
# # 4.1 Linear regression
#
# Up to now a linear model told you *which* of two classes an example belongs to. Now it predicts a *number*: a
# salary, a temperature, a country's happiness. The form stays the same, and two things change: the loss, and how
# easily the best weights are found.
#
# **Afterwards you can**
#
# - tell regression from classification, and say why logistic *regression* bears its name;
# - write the equation of simple and of multiple linear regression, and read its weights;
# - find the weights by ordinary least squares, in three ways;
# - judge a fit by MSE, RMSE and R².
#
# **Time** about 60 minutes. **Files** `salaries.csv`, a made-up example. **Before this**
# [3.4 Learning rate and regularisation](../3_training/3.4_learning_rate_and_regularization.ipynb). There are two short
# practice tasks, which are checked but not graded.

# %%
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error

from workbook import check, plots
from workbook.data import load_salaries, load_whr

# %% [markdown]
# ## 1 A number in place of a class
#
# A **classifier** parts the plane with its line: here one class, there the other. A **regression** model lays its line
# *through* the examples: the line is the prediction.

# %%
plots.boundary_and_line()

# %% [markdown]
# **Why does logistic regression have *regression* in its name, though it classifies?** Because of the step they share:
# both compute the weighted sum $\alpha + w \cdot x$. In statistics every model that ties a label to such a sum is
# called a regression. Logistic regression sends the sum through the inverse logit and gets a probability; linear
# regression takes the sum as it is.
#
# (The source of this unit opens its module on linear regression with the very text of the module on logistic
# regression, a slip of copying. What holds for both is that they are linear, parametric and quick to train.)
#
# **Simple** linear regression has one feature, $\hat y = \alpha + w x$: a line. **Multiple** linear regression has
# several, $\hat y = \alpha + w_1 x_1 + \dots + w_k x_k$: a plane for two, a *hyperplane* for more.
#
# ## 2 One feature: years and salaries
#
# 200 people, the years they have worked, and what they earn in a year. The numbers are made up.

# %%
salaries = load_salaries()
years = salaries[["years_experience"]].to_numpy()
salary = salaries["salary_usd"].to_numpy()

line = LinearRegression().fit(years, salary)
print(f"salary = {line.intercept_:,.0f} + {line.coef_[0]:,.0f} * years")
print(f"at 20 years: {line.predict([[20]])[0]:,.0f} dollars")

# %%
plots.salary_line(salaries["years_experience"], salaries["salary_usd"], at=20)

# %% [markdown]
# The intercept is what the line says at 0 years, the weight what it adds for each year. At 20 years the line says about
# 70,000 dollars. It is nobody's salary: the points scatter around it, and the line stays in the middle.
#
# ## 3 The best line: least squares
#
# **In words.** For every example take the error, the vertical distance between the point and the line. Square it, so
# that signs don't cancel and large errors count most. Add up. The line with the smallest sum wins; the method is called
# **ordinary least squares**, OLS.
#
# **Formula.** The sum of squared errors is $\mathrm{SSE} = \sum_i (y_i - \hat y_i)^2$. Divided by $N$ it is the
# mean squared error, $L_{MSE} = \frac{1}{N} \mathrm{SSE}$, so both have their minimum at the same weights.
#
# **A tiny example.** Five points. Each square's side is an error, and OLS makes the total area as small as it gets:

# %%
x_small = np.array([1.0, 2.0, 3.0, 4.0, 6.0])
y_small = np.array([2.0, 2.5, 4.5, 4.0, 6.5])

plots.squared_errors(x_small, y_small)

# %% [markdown]
# Change the slope and the intercept, and the area can only grow:

# %%
plots.squared_errors(x_small, y_small, slope=0.4, intercept=2.5)

# %% [markdown]
# ### Three ways to the weights
#
# No search is needed here. Where the sum of squares is smallest its slope is 0 in every direction, and that is a
# set of linear equations, which the computer solves at once. With a column of ones for the intercept, NumPy does it
# by `np.linalg.lstsq` (*least squares*), and scikit-learn by `LinearRegression`. **Gradient descent** works too,
# since the sum of squares is convex: it only takes longer, and pays when there are millions of rows or features.

# %%
small_design = np.array([[x, 1.0] for x in x_small])
print("lstsq:           ", np.linalg.lstsq(small_design, y_small, rcond=None)[0].round(6))

small_model = LinearRegression().fit(x_small.reshape(-1, 1), y_small)
print("LinearRegression:", np.array([small_model.coef_[0], small_model.intercept_]).round(6))

small_weights = np.zeros(2)
for _ in range(5_000):
    errors = small_design @ small_weights - y_small
    small_weights = small_weights - 0.02 * 2 * small_design.T @ errors / len(y_small)
print("gradient descent:", small_weights.round(6))

# %% [markdown]
# **Practice task `ols`.** Write a function that returns the weights and the intercept for any table of features. If
# some column can be made from the others (say, a length in metres and the same in feet), many weights are equally
# good; the function should still return one of the best. Plain equations fail there, `lstsq` doesn't.


# %% answer="ols"
def ols(X, y):
    """Least-squares weights w, shape (k,), and intercept alpha, a number, for X, shape (n, k), and y, shape (n,)."""
    ### BEGIN SOLUTION
    design = np.hstack([X, np.ones((len(X), 1))])
    solution = np.linalg.lstsq(design, y, rcond=None)[0]
    return solution[:-1], float(solution[-1])
    ### END SOLUTION


# %% check="ols"
check("ols")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Add a column of ones to the features. Its weight is the intercept.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# `np.hstack` or `np.column_stack` joins tables side by side. `np.linalg.lstsq` returns four things; the first is
# the vector of weights, (k+1,). Cut it in two.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# `np.linalg.lstsq(..., y, rcond=None)[0]`, then return all but the last entry, and the last. (Letting
# `LinearRegression` do it all passes as well.)
# </details>

# %% [markdown]
# ## 4 Two features: a plane
#
# How happy a country's people say they are, on a ladder from 0 to 10, against two features at once: income (as a
# logarithm) and the share of people who have somebody to count on. The countries are invented, see lesson 4.2 for the
# real ones. Each bar joins a country to the plane: it is the error.

# %%
happiness = load_whr("stand-in").query("2015 <= year <= 2017")
happiness = happiness[["Log GDP per capita", "Social support", "Life Ladder"]].dropna()
plane = LinearRegression().fit(happiness.iloc[:, :2].to_numpy(), happiness["Life Ladder"])
print("weights", plane.coef_.round(3), " intercept", round(plane.intercept_, 3))

# %%
plots.fitted_plane(
    happiness.iloc[:, :2],
    happiness["Life Ladder"],
    ["log GDP per head (log dollars)", "social support (share)", "Life Ladder (0 to 10)"],
)

# %% [markdown]
# Read a weight like this: one unit more of the feature, *the others unchanged*, adds the weight to the prediction. The
# unit matters: a whole unit of social support is the way from nobody to everybody.
#
# ## 5 How good is the fit?
#
# - **MSE**, the mean squared error. Good for training; its unit is the label's, squared.
# - **RMSE**, its square root. It has the label's unit: "typically off by so many dollars".
# - **R²**, without a unit. It compares the model with one that always says the mean $\bar y$:
#
# $$R^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}.$$
#
# 1 is perfect, 0 is no better than the mean, and below 0 it is worse. By hand: labels 1, 2, 6 have the mean 3; the
# squared distances from it are 4, 1, 9, together 14. Predictions 2, 2, 5 have squared errors 1, 0, 1, together 2.
# So $R^2 = 1 - 2/14 \approx 0.857$.

# %%
print("R2 by hand:", round(1 - (1 + 0 + 1) / (4 + 1 + 9), 3))

error = mean_squared_error(salary, line.predict(years))
print(f"salaries: MSE {error:,.0f} squared dollars, RMSE {error**0.5:,.0f} dollars, R2 {line.score(years, salary):.3f}")

# %% [markdown]
# **Practice task `r_squared`.** Write the formula as a function of labels and predictions.


# %% answer="r_squared"
def r_squared(y, y_hat):
    """R2 of predictions y_hat, shape (n,), for labels y, shape (n,): one number."""
    ### BEGIN SOLUTION
    unexplained = np.sum((y - y_hat) ** 2)
    total = np.sum((y - np.mean(y)) ** 2)
    return float(1 - unexplained / total)
    ### END SOLUTION


# %% check="r_squared"
check("r_squared")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Two sums of squares, one around the predictions and one around the mean of the labels.
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Arrays subtract element by element, `** 2` squares each, `np.sum` or `.sum()` adds up. The mean of `y` is one number.
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# One line for each sum, and `1 - ... / ...` at the end. The errors are on top.
# </details>

# %% [markdown]
# ## 6 When a linear model is enough, and when not
#
# Two stories from practice, as an expert of the course tells them. A company wanted to know how much **memory and
# processor time** its tools would need, given the size of the data and the time of day. A linear model was easy to
# build, easy to explain, and good enough: the demand did grow about evenly with the size. For the **demand for
# products** a linear model was the *baseline*, the first thing tried; other models beat it and went into use. Both
# are good reasons to begin with a line: it either suffices, or it shows what the elaborate model has to beat.
#
# ## Summary
#
# - Linear regression predicts a number by a weighted sum; logistic regression sends the same sum through the
#   inverse logit.
# - OLS finds the weights with the smallest sum of squared errors, without iteration.
# - MSE trains, RMSE speaks the label's unit, R² compares with the mean.
#
# **To think about.** One of the 200 people turns out to earn a million. What happens to the line, and why does
# squaring make it worse?
#
# Next: [4.2 Demo: world happiness](4.2_demo_world_happiness.ipynb).
