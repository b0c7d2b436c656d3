# %% [markdown]
# # 2.1 Vectors and matrices
#
# Predicting with a linear model, and measuring how wrong the predictions are, takes surprisingly little
# mathematics. Three operations on lists of numbers carry all of it. In this lesson you meet them one by one,
# first on a few numbers that you can check in your head, then on long lists, where the way you write them
# decides whether you wait.
#
# **Afterwards you can**
#
# - say what a vector is in three ways, and pick rows, columns and elements out of a matrix;
# - compute a dot product in three ways and tell it from an elementwise product;
# - measure how much faster NumPy is than a loop, on your own machine;
# - predict the shape of a matrix product before you run it;
# - invert a matrix, and know when `np.linalg.solve` is the better tool.
#
# **Time** about 75 minutes. **Files** none: all numbers are made here.
#
# **Goes with** the videos *Introduction to Mathematical Computation*, *Vector Operations* and *Matrix
# Operations*. There are two short practice tasks, which are checked but not graded.

# %%
import numpy as np

from workbook import check, plots

# %% [markdown]
# ## 1. Three operations suffice
#
# A reminder of module 1. To predict with logistic regression you compute $z = \alpha + w \cdot x$ for every
# example, then $p = \frac{1}{1 + e^{-z}}$. To judge the predictions you compute the mean log loss,
# $-\frac{1}{N} \sum_i \left( y_i \log p_i + (1 - y_i) \log(1 - p_i) \right)$. Read the formulas again and
# look only at what is *done* to the numbers:
#
# | you see | operation | on the numbers |
# |---|---|---|
# | $1 - y_i$, $\log p_i$, $\frac{1}{1 + e^{-z}}$ | elementwise arithmetic | each number for itself |
# | $\sum_i$ | sum | many numbers become one |
# | $w \cdot x$ | dot product | two lists become one number |
#
# That is the whole list. We take them in this order.

# %% [markdown]
# ## 2. What a vector is
#
# A **vector** is an ordered list of numbers. It has three faces, and it pays to switch between them:
#
# - a **point in space** (or the arrow that leads there): two numbers give a point in the plane, eleven
#   numbers a point in a space of eleven dimensions that nobody can draw but everybody can calculate in;
# - a **row or a column of data**: a row holds everything about one customer, a column one fact about all
#   customers;
# - an **array** in the computer: `np.array([2, 5])`.
#
# Three customers of a phone company, two facts about each: calls to the support line per month, and the
# monthly bill in tens of dollars.

# %%
customers = np.array([[2, 5], [6, 2], [3, 3]])

print("one row, all about Ada:      ", customers[0])
print("one column, everyone's bills:", customers[:, 1])

# %% [markdown]
# Each row is a vector of two numbers, so each customer is a point.

# %%
plots.vectors_in_plane(
    {"Ada": customers[0], "Ben": customers[1], "Cleo": customers[2]},
    x_label="support calls (per month)",
    y_label="bill (10 $ per month)",
)

# %% [markdown]
# ## 3. Elementwise arithmetic
#
# **In words.** Do the same to every number, or pair up two vectors of equal length and combine the partners.
# The result is again a vector, as long as before.
#
# **Formula.** $(a + b)_i = a_i + b_i$, and in the same way for $-$, $*$, $/$, powers, `np.exp` and `np.log`.
#
# **A tiny example.** You buy 3 kg of apples, 1 kg of nuts and 2 kg of rice. The prices per kg are 2, 4 and
# 5.50 dollars. What does each item cost?

# %%
amounts = np.array([3, 1, 2])
prices = np.array([2.00, 4.00, 5.50])

print("cost of each item:", amounts * prices)
print("prices after 10 % off:", prices * 0.9)

# %% [markdown]
# The second line multiplies a vector by a single number, a **scalar**: every element gets its share.
#
# Two vectors must have the **same size**, because every number needs a partner. Here is what NumPy says if
# they don't. The `try` catches the error so that the notebook can go on.

# %%
only_two_prices = np.array([2.00, 4.00])

try:
    print(amounts * only_two_prices)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# Read it like this: the *operands* are your two vectors, *shapes (3,) (2,)* are their sizes, and *could not
# be broadcast together* means that NumPy found no way to pair three numbers with two. Most errors of this
# course are of this kind, and the two shapes in the message nearly always show the way out.

# %% [markdown]
# ## 4. Sum: the sign $\sum$ is a for loop
#
# **In words.** Go through the vector and add up as you go.
#
# **Formula.** $\sum_{i=1}^{n} a_i = a_1 + a_2 + \dots + a_n$. The big Greek S (sigma, for *sum*) is not an
# idea of its own: it is a loop. Below the sign stands where the loop starts, above it where it ends, behind
# it what is added in every round. (Mathematicians count from 1, Python from 0; both visit every element
# once.)

# %%
costs = amounts * prices

so_far = 0
for cost in costs:
    so_far = so_far + cost
    print(f"add {cost:4.1f}, so far {so_far:4.1f}")

# %% [markdown]
# NumPy has the loop built in. It is shorter to write and, as you will measure below, much faster to run.

# %%
print("sum: ", costs.sum())
print("mean:", costs.sum() / len(costs), "=", costs.mean())

# %% [markdown]
# ## 5. Dot product: multiply partners, add up
#
# **In words.** Multiply each number of one vector by its partner in the other, and add up the products. You
# just did it: amounts times prices, summed, is the bill. A linear model does the same with features and
# weights.
#
# **Formula.** $a \cdot b = \sum_{i=1}^{n} a_i b_i = a_1 b_1 + a_2 b_2 + \dots + a_n b_n$
#
# **A tiny example.** $[3, 1, 2] \cdot [2, 4, 5.5] = 3 \cdot 2 + 1 \cdot 4 + 2 \cdot 5.5 = 6 + 4 + 11 = 21$,
# as the last line of the loop above shows.
#
# ### Task: `dot_loop`
#
# Write the dot product the slow and honest way, as a Python loop with a running sum. It should work for
# vectors of any length. (Practice: as often as you like, no points.)


# %% answer="dot_loop"
def dot_loop(a, b):
    """Return the dot product of the vectors a and b, both of shape (n,), as one number; use a loop."""
    ### BEGIN SOLUTION
    running_sum = 0.0
    for a_i, b_i in zip(a, b, strict=True):
        running_sum += a_i * b_i
    return running_sum
    ### END SOLUTION


# %% check="dot_loop"
check("dot_loop")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# It is the loop of section 4 with one change: what you add in every round is not one number but a product of
# two partners.
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# Start a sum at zero. Loop over both vectors at once: `zip(...)` walks through two sequences side by side,
# and so does an index that runs over `range(len(...))`. Give the sum back *after* the loop, not inside it.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# With an index `i`, the line in the loop has the form `so_far = so_far + (element i of a) * (element i of
# b)`.
#
# </details>

# %% [markdown]
# ### Three ways to write it
#
# Besides the loop there are two ways without one. The first combines what you already have: an elementwise
# product, then a sum. The second asks NumPy for the dot product itself, as the method `.dot` or with the sign
# `@`; both names mean the same.

# %%
print("multiply, then sum:", (amounts * prices).sum())
print("dot:               ", amounts.dot(prices))
print("the @ sign:        ", amounts @ prices)

# %% [markdown]
# ### Two products, two results
#
# Never mix up the **elementwise product** `*` and the **dot product** `@`. The first keeps the length, the
# second makes a single number. A quick look at the shape tells them apart: `()` is the shape of a single
# number.

# %%
elementwise = amounts * prices
dot = amounts @ prices

print("elementwise product:", elementwise, "has shape", elementwise.shape)
print("dot product:        ", dot, "has shape", dot.shape)

# %% [markdown]
# The dot product needs partners for all numbers, too. The message is worded differently but says the same:
# the sizes 3 and 2 don't fit.

# %%
try:
    print(amounts.dot(only_two_prices))
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# ### Task: `dot_vectorized`
#
# Write the dot product again, now with NumPy and without any loop. This way of writing, whole vectors at a
# time, is called **vectorised**.


# %% answer="dot_vectorized"
def dot_vectorized(a, b):
    """Return the dot product of the vectors a and b, both arrays of shape (n,), as one number; no loop."""
    ### BEGIN SOLUTION
    return a @ b
    ### END SOLUTION


# %% check="dot_vectorized"
check("dot_vectorized")

# %% [markdown]
# <details><summary>Hint 1: the idea</summary>
#
# Let NumPy do the pairing and the adding. Any of the three lines under *Three ways to write it* will do.
#
# </details>
#
# <details><summary>Hint 2: the shape of the code</summary>
#
# The body of the function is a single line: `return`, then an expression with both arguments.
#
# </details>
#
# <details><summary>Hint 3: nearly the line</summary>
#
# Take `amounts.dot(prices)` and put the names of this function's arguments in.
#
# </details>

# %% [markdown]
# ## 6. How much faster is NumPy?
#
# The loop and the NumPy line give the same number. Why bother? Because of time. Python looks at each element
# anew in every round: what type is it, how is it multiplied? NumPy settles that once, then runs through the
# numbers in compiled code. Let's measure it on **your** machine, for vectors of different lengths.

# %%
generator = np.random.default_rng(seed=21)


def two_vectors(length):
    """Two vectors of random numbers between 0 and 1, each of shape (length,)."""
    return generator.random(length), generator.random(length)


def multiply_and_sum(left, right):
    """The dot product as an elementwise product and a sum."""
    return (left * right).sum()


# %% [markdown]
# `seconds_per_call` runs every function several times and keeps the best round. A task that you haven't
# solved yet is left out; solve it, and run this cell again.

# %%
seconds = plots.seconds_per_call(
    {
        "your dot_loop": dot_loop,
        "your dot_vectorized": dot_vectorized,
        "multiply and sum": multiply_and_sum,
        "dot": np.dot,
    },
    [10, 100, 1_000, 10_000, 100_000, 1_000_000],
    two_vectors,
)

# %%
plots.speed_against_length(seconds, reference="dot")

# %% [markdown]
# Both axes are logarithmic: each step to the next label is a factor of ten. The same as a table, every time
# divided by the time of `dot` in the same row:

# %%
times_as_long = seconds.div(seconds["dot"], axis=0)
print(times_as_long.round(1).to_string())

# %% [markdown]
# And the two ratios people quote most often, at each length:

# %%
if "your dot_loop" in seconds:
    loop_ratio = seconds["your dot_loop"] / seconds["multiply and sum"]
    for length, ratio in loop_ratio.items():
        print(f"length {length:>9,}: the loop takes {ratio:6.1f} times as long as multiply and sum")
else:
    print("Solve dot_loop to see how it compares.")

for length, ratio in (seconds["multiply and sum"] / seconds["dot"]).items():
    print(f"length {length:>9,}: multiply and sum takes {ratio:4.1f} times as long as dot")

# %% [markdown]
# As a rule of thumb the loop is roughly **a hundred times** slower than NumPy, more for long vectors; and `dot` is
# typically **three to five times** faster than multiply-and-sum, since it need not store all the products before
# it adds them. Your numbers will differ: the ratios depend on the length, on the machine and on what else it is
# doing. For ten numbers there is little in it, because calling a function at all takes most of the time. For long
# vectors the gap is wide, and that is the case that matters: a churn table has thousands of rows.

# %% [markdown]
# ## 7. Matrices: rows, columns, elements
#
# A **matrix** is a table of numbers: vectors of equal length, stacked. Its **shape** is (rows, columns),
# always in this order. One element is named by its row and its column, $m_{ij}$ in formulas, `M[i, j]` in
# NumPy, counted from 0. A colon means *all of them*.

# %%
M = np.arange(16).reshape(4, 4)

print(M)
print("shape:           ", M.shape)
print("row 1:           ", M[1])
print("column 2:        ", M[:, 2])
print("row 1, column 2: ", M[1, 2])

# %% [markdown]
# ### Elementwise arithmetic
#
# It works as for vectors: partners are the elements in the same place, so the shapes must be equal.

# %%
N = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])

print("M + N, only the diagonal grows:\n", M + N)
print("M * N, only the diagonal is left:\n", M * N)

# %% [markdown]
# ### Adding a vector to rows or to columns
#
# You may add a vector to a whole matrix. A vector of shape (4,) is laid along **each row**: its first number
# is added throughout column 0, its second throughout column 1, and so on. To lay it along **each column**
# instead, stand it upright first: `reshape(4, 1)` makes four rows of one column out of it. NumPy calls this
# **broadcasting**.

# %%
v = np.array([100, 200, 300, 400])

print("added to each row:\n", M + v)
print("added to each column:\n", M + v.reshape(4, 1))

# %%
plots.vector_added(M, v)

# %% [markdown]
# In the assignment you will use this to centre a table: the vector of column means is taken off every row.

# %% [markdown]
# ## 8. The matrix product
#
# **In words.** The matrix product is a table of dot products: every row of the left matrix with every column
# of the right one.
#
# **Formula.** For $C = A B$, the element in row $i$ and column $j$ is
# $c_{ij} = (\text{row } i \text{ of } A) \cdot (\text{column } j \text{ of } B) = \sum_k a_{ik} b_{kj}$.
#
# **A tiny example.** The picture shows how $c_{00}$ comes about: row 0, column 0, four products, one sum.

# %%
A = np.array([[1, 2, 0, 3], [0, 1, 4, 1], [2, 0, 1, 1], [3, 1, 0, 2]])
B = np.array([[2, 0, 1, 3], [1, 3, 0, 1], [0, 1, 2, 2], [1, 0, 1, 0]])

plots.matrix_product(A, B, row=0, column=0)

# %% [markdown]
# Try it: choose another `row` and `column` in the cell above, and work the number out before you run it. Then
# compare with the whole product here.

# %%
C = A @ B

print(C)
print("c_00 from its row and column:", A[0] @ B[:, 0])

# %% [markdown]
# ### Inner dimensions must agree
#
# A row of $A$ and a column of $B$ can only be multiplied if they are equally long. So write the shapes side
# by side: the two **inner** numbers must agree and disappear, the two **outer** ones are the shape of the
# result.
#
# $$(n, m) \; @ \; (m, k) \rightarrow (n, k)$$

# %%
two_by_three = np.array([[1, 2, 3], [4, 5, 6]])
three_by_four = np.arange(12).reshape(3, 4)

print("(2, 3) @ (3, 4) has shape", (two_by_three @ three_by_four).shape)

try:
    print(three_by_four @ two_by_three)
except ValueError as error:
    print("(3, 4) @ (2, 3) fails:", error)

# %% [markdown]
# The end of the message has it: *size 2 is different from 4*, the two inner numbers. Order matters, then; and
# even where both orders are possible they give different results.
#
# One cure you will often need is the **transpose** `.T`. It turns rows into columns, so (2, 3) becomes (3,
# 2).

# %%
print("A @ B equals B @ A:", np.array_equal(A @ B, B @ A))
print("shape of the transpose:", two_by_three.T.shape)
print("(2, 3) @ (3, 2):\n", two_by_three @ two_by_three.T)

# %% [markdown]
# ### Matrix times vector
#
# If the right-hand side is a single vector, every row is multiplied with it: one dot product per row. This is
# why linear models love matrices. With customers as rows and one weight per feature, a single `@` gives the
# weighted sum of **every** customer.

# %%
weights = np.array([0.5, -0.25])  # per support call, per ten dollars of the bill

print("all at once:", customers @ weights)
print("one by one: ", [float(customer @ weights) for customer in customers])

# %% [markdown]
# ## 9. The inverse
#
# **In words.** The reciprocal of 5 is 1/5, because $5 \cdot \frac{1}{5} = 1$: it undoes the multiplication.
# The **inverse** $M^{-1}$ does that for a square matrix. The part of the number 1 is played by the **identity
# matrix** $I$, with ones on the diagonal and zeros elsewhere (you met it above as `N`; `np.eye(4)` makes it).
#
# **Formula.** $M \, M^{-1} = M^{-1} M = I$

# %%
S = np.array([[2.0, 1.0], [1.0, 3.0]])
S_inverse = np.linalg.inv(S)

print("S inverse:\n", S_inverse)
print("S @ S inverse:\n", (S @ S_inverse).round(12))
print("equal to the identity, up to rounding:", np.allclose(S @ S_inverse, np.eye(2)))

# %% [markdown]
# *Up to rounding* is no flourish. Computers keep about 16 digits of a number, so a product like this may be
# off in the last one. Compare such results with `np.allclose`, never with `==`.
#
# Zero has no reciprocal, and some matrices have no inverse. They are called **singular**. Here the second row
# is twice the first and so adds nothing new:

# %%
try:
    print(np.linalg.inv(np.array([[1.0, 2.0], [2.0, 4.0]])))
except np.linalg.LinAlgError as error:
    print("LinAlgError:", error)

# %% [markdown]
# ### When `solve` is the better tool
#
# Often the inverse is only a step on the way: you know $M$ and $b$ and look for the $x$ with $M x = b$. On
# paper, $x = M^{-1} b$. `np.linalg.solve(M, b)` finds $x$ without ever making the inverse.
#
# **A tiny example.** Two coffees and a cake cost 7 dollars, one coffee and three cakes cost 11. What are the
# prices?

# %%
paid = np.array([7.0, 11.0])

print("with the inverse:", np.linalg.inv(S) @ paid)
print("with solve:      ", np.linalg.solve(S, paid))

# %% [markdown]
# Same prices. On larger or trickier matrices, `solve` wins twice. First, **accuracy**. The matrix below is
# famous: its rows look much alike, which makes it nearly singular. We choose a right-hand side, find $x$ both
# ways, put it back into $M x$ and see by how much that misses $b$.

# %%
numbers = np.arange(10)
tricky = 1 / (1 + numbers + numbers.reshape(10, 1))
b = tricky.sum(axis=1)

x_inverse = np.linalg.inv(tricky) @ b
x_solve = np.linalg.solve(tricky, b)

print(f"inv misses b by up to   {np.abs(tricky @ x_inverse - b).max():.0e}")
print(f"solve misses b by up to {np.abs(tricky @ x_solve - b).max():.0e}")

# %% [markdown]
# (`1e-04` means 0.0001; a miss near `1e-16` is as good as a computer's numbers get.) Second, **time**: making
# the whole inverse is more work than answering one question with it. Again, the ratio depends on size and
# machine.


# %%
def square_system(size):
    """A random (size, size) matrix and a random right-hand side, shape (size,)."""
    return generator.normal(size=(size, size)), generator.normal(size=size)


system_seconds = plots.seconds_per_call(
    {"inv": lambda matrix, side: np.linalg.inv(matrix) @ side, "solve": np.linalg.solve},
    [300],
    square_system,
)
ratio = system_seconds.loc[300, "inv"] / system_seconds.loc[300, "solve"]
print(f"300 equations: inv and multiply takes {ratio:.1f} times as long as solve")

# %% [markdown]
# So: take `np.linalg.inv` if you want to *have* the inverse, for instance to look at it or to use it many
# times, as in the coming assignment. Take `np.linalg.solve` if you want the solution of $M x = b$, as in
# module 3, where training a model will ask for one in every step.

# %% [markdown]
# ## Summary
#
# - A vector is a point, a row or column of data, and an array. Elementwise arithmetic, sum and dot product
#   are all you need for prediction and log loss, and $\sum$ is a for loop.
# - `*` keeps the shape, `@` multiplies partners and adds up. Sizes must match; the error message names both
#   shapes.
# - The same dot product can be written as a loop, as `(...).sum()` of a product, or with `dot` or `@`. For
#   long vectors the loop is slower by a factor of a hundred or more.
# - In a matrix product the inner dimensions must agree, and $c_{ij}$ is row $i$ times column $j$.
# - $M M^{-1} = I$, up to rounding. To solve $M x = b$, use `solve`.
#
# **To think about.** You have 4,000 customers with 11 features each, in a matrix `X` of shape (4000, 11), and
# 11 weights in a matrix of shape (1, 11). Which one must be turned so that you can multiply them, and what
# shape does the result have?
#
# The answer comes in [2.2 Prediction from scratch](2.2_prediction_from_scratch.ipynb).
