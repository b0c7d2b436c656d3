# %% [markdown]
# # Start here: Train a Linear Model
#
# Welcome. This workbook teaches one unit of machine learning by doing it: you train linear models, first with a
# library, then from scratch, and find out what goes on inside. This page shows the way round; allow ten minutes for
# it.
#
# ## What the unit is about
#
# A machine learning project has phases: understand the problem, prepare the data, **model**, deploy and watch. This
# unit is about the modelling phase. Its models are **linear**: each feature gets a weight, and the weighted sum makes
# the prediction. They are easy to implement, fast to train, and can be explained to anybody, which is why they are
# tried first nearly everywhere.
#
# - **Logistic regression** gives the probability of an outcome. You use it with scikit-learn (module 1), predict and
#   evaluate from scratch (module 2), and train from scratch by gradient descent (module 3).
# - **Linear regression** predicts a number (module 4).
#
# At the end you can say what a loss is and why training means lowering it, write logistic regression in NumPy, choose
# a learning rate and a penalty on purpose, and tell when a linear model is the right tool.
#
# **You should know** Python's functions and loops, and have seen NumPy arrays and pandas tables before. Vectors and
# matrices are repeated in module 2.
#
# ## Your environment
#
# Run this cell: click into it and press Shift+Enter. It looks whether all is there that the workbook needs, and where
# something is missing, it names the one command that brings it.

# %%
import sys

sys.path.append("..")  # the helper module lies beside the notebooks, even where nothing was installed
from workbook import doctor

doctor()

# %% [markdown]
# ## Your progress
#
# What is done, what is next and what is open, read from your saved notebooks. Run it whenever you come back.

# %%
from workbook import progress

progress()

# %% [markdown]
# ## How a notebook works
#
# - A notebook is made of **cells**: text like this one, and code. Shift+Enter runs the cell with the cursor and goes
#   on to the next; the number in brackets beside a cell tells in which order cells were run.
# - Variables live on between cells. So order matters: run the notebook **from the top**, and don't skip a cell that
#   defines something.
# - When things look odd, perhaps because a name such as `check` or `sum` was given to something else, choose *Kernel →
#   Restart Kernel and Run All Cells*. If the notebook then runs through, it is
#   in order. It will stop at a task that you haven't solved yet; solve it and go on.
# - Change the cells that aren't tasks as you like. That is what they are for. Cells that tasks start from are locked,
#   and are restored when your work is graded.
# - Some figures have **sliders**. Where yours doesn't show them, a plain figure stands beside them.
#
# ## How tasks, checks and hints work
#
# A **task** is a cell with a line `raise NotImplementedError(...)`. Replace that line with your code and run the
# cell. Then run the cell below it, `check("...")`. A card tells you
#
# - **✓ passed**, **◐ partly right**, **✗ not yet right** or **○ not attempted yet**,
# - and if something is wrong: what was *found*, what was *expected*, the *likely cause*, and what to try *next*. A
#   cause is named only where your answer equals that of a well-known mistake. Read it as a colleague's guess.
#
# Run checks as often as you like; they cost nothing. Grading asks the same questions with other numbers, so a
# function that works for any input passes there, too, and one that was fitted to the visible numbers doesn't.
#
# Under each task three **hints** are folded away, each deeper than the one before: the idea, the shape of the code,
# and nearly the line. Open one only after you have tried.
#
# Try it now: this task doesn't exist, and the card says so. Which one could be meant?

# %%
from workbook import check

check("logloss")

# %% [markdown]
# ## How to save and hand in
#
# 1. Restart the kernel and run all cells, once more, to see that everything works from the top.
# 2. Save (Ctrl+S, or Cmd+S on a Mac).
# 3. Make a new cell below, write `from workbook import submit`, then `submit(2)` with the number of the module, and run
#    it. (In a terminal, `python -m workbook submit 2` does the same.) Your notebooks are run in a copy, you read which
#    tasks pass the visible checks and which were not attempted, and the module's folder is saved as one zip file
#    beside the folders. Nothing is sent anywhere, and your notebooks stay as they are.
# 4. Hand in that file the way your course collects work, and mark the activity as completed.
#
# | activity | graded | hand in |
# |---|---|---|
# | 1.3, 2.3, 3.2 | automatically | **as often as you like**; the latest counts |
# | 3.5 Optimising logistic regression | automatically, and by a person | **once** |
# | 3.6 Written submission | by a person | **once** |
# | 4.3 Lab | automatically, and by a person | **once** |
#
# Practice tasks in lessons are checked but carry no points.
#
# ## The map
#
# LR is short for logistic regression; *auto* means graded by the machine, *by hand* by a person.
#
# | notebook | what it is in the unit | kind | minutes |
# |---|---|---|---|
# | [1.1 Linear models and loss][1.1] | Watch Linear Models; Read Loss Functions | lesson | 60 |
# | [1.2 Predicting with logistic regression][1.2] | Watch LR; Read Using LR to Make Predictions | lesson | 60 |
# | [1.3 Logistic regression for churn][1.3] | Assignment: Implementing a LR Model | graded, auto | 75 |
# | [2.1 Vectors and matrices][2.1] | Watch Mathematical Computation, Vector and Matrix Operations | lesson | 75 |
# | [2.2 Prediction from scratch][2.2] | Watch Predicting from Scratch | lesson | 50 |
# | [2.3 Predict and evaluate from scratch][2.3] | Assignment: Prediction Step, Evaluating | graded, auto | 90 |
# | [3.1 Gradient descent][3.1] | Watch Finding the Minimum; Watch How to Choose a Learning Rate | lesson | 45 |
# | [3.2 The minimum of a function][3.2] | Assignment: Finding the Minimum of a Function | graded, auto | 90 |
# | [3.3 Training logistic regression][3.3] | Watch Using Gradient Descent; Read Training a Model | lesson | 100 |
# | [3.4 Learning rate and regularisation][3.4] | Read Learning Rate; Regularization | lesson | 70 |
# | [3.5 Optimising logistic regression][3.5] | Unit 4 Assignment: Optimizing | auto + by hand, once | 120 |
# | [3.6 Written submission][3.6] | Unit 4 Assignment: Written Submission | by hand, once | 120 |
# | [3.7 Beyond binary][3.7] | notes: multi-class classification | lesson, optional | 45 |
# | [4.1 Linear regression][4.1] | Read Linear Regression | lesson | 60 |
# | [4.2 World happiness][4.2] | Linear Regression Demo | demo, not graded | 40 |
# | [4.3 Lab: Airbnb][4.3] | Lab 4 Assignment | auto + by hand, once | 180 |
#
# Two pages to keep open beside the others: the [glossary](glossary.ipynb), one sentence per term, and the [cheat
# sheet](cheat_sheet.ipynb), formulas and lines of code.
#
# **Time.** The course counts on eight to ten hours a week on your own, and three hours for the lab with your group.
# The minutes above are generous, and nobody needs the same. If a week is short, read the summaries of the lessons
# first, then do the graded notebooks, and go back to a lesson where you get stuck.
#
# ## The discussion board
#
# Somebody else has your question, or its answer. So that both find each other:
#
# - **Search first.** Perhaps it has been asked.
# - **Stay on topic,** one question a thread, with a title that says what it is about.
# - **Be specific.** Name the notebook and the task, say what you expected and what happened, and quote the sentence
#   or the error message you mean.
# - **Format code** as code, between two lines of three backticks, and cut it down to the part that matters.
# - **Be respectful and clear.** Everybody here is learning, and many write in a second language.
# - **No exact answers.** Explain the idea, point to the lesson, or ask a question back; don't post the solution of a
#   graded task.
#
# ## What to do next
#
# Begin with [1.1 Linear models and loss](1_introduction/1.1_linear_models_and_loss.ipynb). Each notebook ends with a
# link to the one after it.
#
# [1.1]: 1_introduction/1.1_linear_models_and_loss.ipynb
# [1.2]: 1_introduction/1.2_predicting_with_logistic_regression.ipynb
# [1.3]: 1_introduction/1.3_assignment_logistic_regression.ipynb
# [2.1]: 2_inverse_logit_and_log_loss/2.1_vectors_and_matrices.ipynb
# [2.2]: 2_inverse_logit_and_log_loss/2.2_prediction_from_scratch.ipynb
# [2.3]: 2_inverse_logit_and_log_loss/2.3_assignment_predict_and_evaluate.ipynb
# [3.1]: 3_training/3.1_gradient_descent.ipynb
# [3.2]: 3_training/3.2_assignment_minimum_of_a_function.ipynb
# [3.3]: 3_training/3.3_training_logistic_regression.ipynb
# [3.4]: 3_training/3.4_learning_rate_and_regularization.ipynb
# [3.5]: 3_training/3.5_assignment_optimizing_logistic_regression.ipynb
# [3.6]: 3_training/3.6_written_submission.ipynb
# [3.7]: 3_training/3.7_beyond_binary.ipynb
# [4.1]: 4_linear_regression/4.1_linear_regression.ipynb
# [4.2]: 4_linear_regression/4.2_demo_world_happiness.ipynb
# [4.3]: 4_linear_regression/4.3_lab_airbnb.ipynb
