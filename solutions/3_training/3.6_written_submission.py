# %% [markdown] submissions="once"
# # 3.6 Written submission
#
# Six questions, as they might be asked in an interview for a job with data. Answer them as you would there: in your own
# words, to the point, with an example where it helps.
#
# **When you are done, you can** explain the whole unit to somebody who has not taken it.
#
# **Time** about two hours. **Files** none. **Before this**
# [3.5 Assignment: optimising logistic regression](3.5_assignment_optimizing_logistic_regression.ipynb).
#
# | task | points | what earns them |
# |---|---|---|
# | `written_1` | 5 | what a linear model is, strengths and weaknesses in comparison |
# | `written_2` | 5 | when to use logistic regression, with an example |
# | `written_3` | 5 | how training and gradient descent work |
# | `written_4` | 5 | learning rate and Hessian |
# | `written_5` | 5 | purpose of regularisation, L1 against L2 |
# | `written_6` | 5 | model and loss for classification and for regression |
#
# **Handing in.** All answers are read and marked by a person, so they are handed in **once**. Write into the cells
# below (double-click a cell, replace its line, run it), then save and mark the notebook as completed. If your
# course collects documents, hand in a Word file (.docx) with the six answers under the headings *Question 1* to
# *Question 6*.
#
# **How long?** Eight to twelve sentences a question will do. Formulas are welcome where they say it shorter; in
# these cells `$z = \alpha + w \cdot x$` is set as $z = \alpha + w \cdot x$. You may look things up, but a copied
# text earns nothing.

# %% [markdown]
# ## Question 1
#
# **What is a linear model?** Say how it makes a prediction. Name two strengths and two weaknesses, compared with at
# least one other kind of model that you know, such as decision trees or nearest neighbours. (5 points)

# %% [markdown] written="written_1"
# *Write your answer here.*

# %% [markdown]
# ## Question 2
#
# **When would you use logistic regression?** Give an example of your own: what is one row, what are the features,
# what is the label? How does the model get from the features to a label, and how would you read a predicted
# probability in your example? (5 points)

# %% [markdown] written="written_2"
# *Write your answer here.*

# %% [markdown]
# ## Question 3
#
# **How is a logistic regression trained?** Explain what is minimised and how gradient descent does it, step by
# step, from the first weights to the moment it stops. (5 points)

# %% [markdown] written="written_3"
# *Write your answer here.*

# %% [markdown]
# ## Question 4
#
# **What does the learning rate do?** What goes wrong when it is too small, what when it is too large? What is the
# Hessian, and how can it take the learning rate's place? At what price? (5 points)

# %% [markdown] written="written_4"
# *Write your answer here.*

# %% [markdown]
# ## Question 5
#
# **What is regularisation for?** Compare L1 and L2: what does each add to the loss, and what does it do to the
# weights? What does the hyperparameter C of scikit-learn mean, and how would you choose it? (5 points)

# %% [markdown] written="written_5"
# *Write your answer here.*

# %% [markdown]
# ## Question 6
#
# **Which model and which loss** would you take for a classification problem, and which for a regression problem?
# Give your reasons, and say how you would evaluate each model. (5 points)

# %% [markdown] written="written_6"
# *Write your answer here.*

# %% [markdown]
# ## Summary
#
# If you could answer all six without looking things up, you have the unit. If one of them was hard, its lesson is:
# 1.1 for question 1, 1.2 for question 2, 3.3 for question 3, 3.1 for question 4, 3.4 for question 5, and 1.1 with
# 4.1 for question 6.
#
# **To think about.** Which of your six answers would a sceptical interviewer pick to ask "why?" once more?
#
# Next: [3.7 Beyond binary](3.7_beyond_binary.ipynb), which is optional, or
# [4.1 Linear regression](../4_linear_regression/4.1_linear_regression.ipynb).
