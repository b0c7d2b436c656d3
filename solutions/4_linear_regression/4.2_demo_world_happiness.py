# %% [markdown]
# # 4.2 Demo: world happiness
#
# What goes with a happy country: money, health, freedom, friends? In this demo you watch linear regression at work
# on the World Happiness Report, first with one feature, then with six, and then once more by gradient descent.
# There is nothing to hand in. Change what you like and run it again.
#
# **Afterwards you can**
#
# - take a panel of countries and years, pick rows and features, and split them;
# - fit simple and multiple linear regressions and compare them on rows that they have not seen;
# - say what gradient descent needs that ordinary least squares doesn't.
#
# **Time** about 40 minutes. **Files** the table of the report's chapter 2, fetched from its publisher when you are
# online; a synthetic stand-in otherwise. **Before this** [4.1 Linear regression](4.1_linear_regression.ipynb).

# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, SGDRegressor
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from workbook import plots
from workbook.data import load_whr

# %% [markdown]
# ## 1 The table
#
# Every year the Gallup World Poll asks people in most countries: *imagine a ladder with steps from 0 to 10, the
# best possible life on top. On which step do you stand?* The mean answer of a country is its **Life Ladder**, our
# label. Please cite: Helliwell, J., Layard, R. & Sachs, J. (2018), *World Happiness Report 2018*, New York:
# Sustainable Development Solutions Network.
#
# The next cell says which table it read. With `source = "auto"` it takes the real one if it can be had and else the
# **stand-in with invented countries**; `"stand-in"` takes that at once, `"real"` insists, and the path of a file of
# your own is fine, too.

# %%
source = "auto"

# %%
panel = load_whr(source)
print(f"{len(panel):,} rows, {panel['country'].nunique()} countries, {panel['year'].min()} to {panel['year'].max()}")
panel.head(3)

# %% [markdown]
# A table with the same countries again and again, year after year, is called a **panel**. We take the years 2015 to
# 2017, and of those the rows that are complete in the first eleven columns: a regression can't use a row with a
# gap.

# %%
columns = list(panel.columns[:11])
recent = panel[panel["year"].between(2015, 2017)]
complete = recent[columns].dropna()
print(f"{len(recent)} rows from 2015 to 2017, {len(complete)} of them complete")

# %%
label_name = "Life Ladder"
one = ["Log GDP per capita"]
six = [
    *one,
    "Social support",
    "Healthy life expectancy at birth",
    "Freedom to make life choices",
    "Generosity",
    "Perceptions of corruption",
]
train, test = train_test_split(complete, test_size=0.15, random_state=42)
print(f"{len(train)} rows to train on, {len(test)} to test")

# %% [markdown]
# A word of caution. A country stands in the table up to three times, and the split may put one of its years into
# training and another into test. So the test rows are less new than they look; for a promise about *unseen
# countries*, whole countries would have to be kept apart.
#
# ## 2 One feature
#
# Income goes in as a logarithm: twice the money counts the same everywhere, whether from 1,000 to 2,000 dollars or
# from 20,000 to 40,000. The next function fits and measures on the test rows; all models below go through it.


# %%
def fit_and_measure(names):
    """Fit a linear regression to the named features; print its weights, RMSE and R2 on the test rows."""
    model = LinearRegression().fit(train[names], train[label_name])
    predictions = model.predict(test[names])
    rmse = mean_squared_error(test[label_name], predictions) ** 0.5
    for name, weight in zip(names, model.coef_, strict=True):
        print(f"{name:34} {weight:8.4f}")
    print(f"{'intercept':34} {model.intercept_:8.4f}")
    print(f"on the test rows: MSE {rmse**2:.4f}, RMSE {rmse:.4f}, R2 {r2_score(test[label_name], predictions):.4f}")
    return model, predictions, rmse


# %%
simple, simple_predictions, simple_rmse = fit_and_measure(one)

# %%
twice = simple.coef_[0] * np.log(2)
print(f"twice the income goes with {twice:.2f} steps on the ladder; typical error {simple_rmse:.2f} steps")

# %% [markdown]
# ## 3 Six features

# %%
multiple, multiple_predictions, multiple_rmse = fit_and_measure(six)

# %%
predictions = {"one feature": simple_predictions, "six features": multiple_predictions}
plots.predicted_against_true(test[label_name], predictions, "Life Ladder (0 to 10)")

# %% [markdown]
# Compare the weight of log GDP with that of section 2: it shrank. Alone, income also had to speak for what goes
# along with it, such as health and support; now these speak for themselves. And mind the units before you compare
# weights with each other: a whole unit of *generosity* is huge, a whole year of life expectancy small. In standard
# deviations they are comparable:

# %%
spread = train[six].std()
pd.Series(multiple.coef_ * spread, index=six).sort_values(ascending=False).round(3).to_frame("steps per std. deviation")

# %% [markdown]
# None of this says what *makes* people happy. The numbers describe which countries differ in what; they were
# observed, not tried out.
#
# ## 4 The same by gradient descent
#
# `SGDRegressor` minimises the squared error by **stochastic gradient descent**: it looks at one example at a time
# and takes a small step. Two things become necessary that OLS does without. The features must be **scaled**, or the
# steps that suit one are far too large for another; the scaler learns from the training rows only. And there is a
# learning rate, a number of rounds and a tolerance to choose; `alpha=0` switches its penalty off.

# %%
scaler = StandardScaler().fit(train[six])
descent = SGDRegressor(alpha=0, eta0=0.01, tol=1e-6, max_iter=10_000, random_state=0)
descent.fit(scaler.transform(train[six]), train[label_name])
descent_predictions = descent.predict(scaler.transform(test[six]))
descent_rmse = mean_squared_error(test[label_name], descent_predictions) ** 0.5
print(f"RMSE by gradient descent {descent_rmse:.4f}, by least squares {multiple_rmse:.4f}; {descent.n_iter_} rounds")

# %% [markdown]
# To compare the weights, undo the scaling: a weight per standard deviation, divided by the standard deviation, is a
# weight per unit.

# %%
unscaled = descent.coef_ / scaler.scale_
table = pd.DataFrame({"least squares": multiple.coef_, "gradient descent": unscaled}, index=six)
table.loc["intercept"] = [multiple.intercept_, descent.intercept_[0] - unscaled @ scaler.mean_]
table.round(3)

# %% [markdown]
# Close, and not equal: the little steps wander around the minimum and stop near it. What happens without the
# scaler? Try `descent.fit(train[six], train[label_name])`: the numbers explode, and scikit-learn says so.
#
# ## Summary
#
# - More features helped on rows that were not trained on, which is where it counts.
# - Weights depend on units and on the company they keep: add a feature, and the others change.
# - Least squares needs no tuning. Gradient descent needs scaled features and a learning rate, and gets there, too.
#
# **To think about.** The table holds a column that was asked of the same people on the same day, *positive affect*.
# Adding it would raise R². Would it make the model better? For what purpose?
#
# Next: [4.3 Lab: your own logistic regression](4.3_lab_airbnb.ipynb).
