"""nbgrader's configuration for a course folder: copy it there, or run nbgrader beside it.

`autograder grade` fills source/, release/ and gradebook.db by nbgrader's own means, so that `nbgrader autograde`,
`nbgrader formgrader` and `nbgrader generate_feedback` work in the same folder.
"""

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "train-a-linear-model"
c.ClearSolutions.code_stub = {"python": 'raise NotImplementedError("Replace this line with your code.")'}
c.ClearSolutions.text_stub = "*Write your answer here.*"
c.ExecutePreprocessor.timeout = 120
# A deleted check cell comes back instead of waiting for a marker for ever.
c.OverwriteCells.add_missing_cells = True

# Executed notebooks hold notes and rubrics for the marker in cells tagged "rubric". Formgrader shows them, without
# anything that could run in what students wrote; nbgrader's feedback leaves them out. (The pages that `autograder
# feedback` writes never hold them.)
c.HTMLExporter.preprocessors = ["autograder.formgrader.Inert"]
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    "autograder.formgrader.WithoutRubrics",
]
