"""The tables: reproducible, realistic, and read with clear errors."""

import gzip
import json
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

from workbook import data

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "data"
FIGURES = json.loads((data.DATA / "figures.json").read_text(encoding="utf-8"))
TABLES = [
    "churn.csv",
    "churn_true_weights.json",
    "world_happiness.csv",
    "airbnb_listings.csv",
    "salaries.csv",
]


def real_table(name):
    """The path of a real table, or a skipped test where it isn't at hand (it may not be published here)."""
    if not (REAL / name).is_file():
        pytest.skip(f"the real table {name} is not in ../shared/data")
    return REAL / name


def standard_errors(model, Z):
    """Standard errors of the weights and, last, of the intercept of a logistic model fitted to Z (n, k)."""
    p = model.predict_proba(Z)[:, 1]
    design = np.column_stack([Z, np.ones(len(Z))])
    return np.sqrt(np.diag(np.linalg.inv((design.T * (p * (1 - p))) @ design)))


@pytest.fixture
def cell2cell(tmp_path):
    """A function that writes a tiny file with the columns of the real extract and the given line ends."""
    lines = [",".join([*data.CHURN_FEATURES, "churndep"])]
    lines += ["29.99,3.33,0.67,12,310,1,0,0,0,1,0,1", "48.37,13.0,2.0,16,341,1,1,0,1,1,0,0"]

    def write(line_end="\n", name="tiny.csv", change=lambda text: text):
        content = change("\n".join(lines) + "\n").replace("\n", line_end).encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def offline(monkeypatch):
    def fail():
        raise OSError("Network is unreachable")

    monkeypatch.setattr(data, "_fetch_whr", fail)


# --- the script ---


@pytest.fixture(scope="module")
def rewritten(tmp_path_factory):
    """The folder with a fresh run of the script."""
    folder = tmp_path_factory.mktemp("stand_ins")
    script = data.DATA / "make_stand_ins.py"
    subprocess.run([sys.executable, str(script), "--out", str(folder)], check=True, cwd=folder)
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_script_writes_the_committed_bytes(rewritten, name):
    assert (rewritten / name).read_bytes() == (data.DATA / name).read_bytes()


def test_script_writes_nothing_else(rewritten):
    assert sorted(path.name for path in rewritten.iterdir()) == sorted(TABLES)


def test_tables_are_small():
    limits_kb = {"churn.csv": 250, "airbnb_listings.csv": 500, "world_happiness.csv": 400, "salaries.csv": 10}
    for name, limit in limits_kb.items():
        assert (data.DATA / name).stat().st_size < limit * 1000, name


def test_data_card_names_every_table_and_column():
    card = (data.DATA / "README.md").read_text(encoding="utf-8")
    assert all(name in card for name in TABLES)
    truth = json.loads((data.DATA / "churn_true_weights.json").read_text(encoding="utf-8"))
    for name, weight in truth["weights"].items():
        row = next(line for line in card.splitlines() if line.startswith(f"| `{name}` |"))
        assert float(row.split("|")[4]) == weight, name
    shapes = {"churn.csv": data.load_churn(), "airbnb_listings.csv": data.load_airbnb()}
    for name, df in shapes.items():
        assert f"`{name}` | {df.shape[0]:,} \N{MULTIPLICATION SIGN} {df.shape[1]}" in card


# --- churn ---


def test_churn_columns_and_types():
    df = data.load_churn()
    assert list(df.columns) == [*FIGURES["churn"]["columns"], "churn"] == [*data.CHURN_FEATURES, "churn"]
    assert df.shape == (4000, 12)
    assert not df.isna().any().any()
    for name in ("webcap", "marryyes", "travel", "pcown", "creditcd", "churn"):
        assert set(df[name]) == {0, 1}, name
    assert all(pd.api.types.is_integer_dtype(df[name]) for name in ("months", "eqpdays", "retcalls"))
    assert np.allclose(df[["revenue", "outcalls", "incalls"]] * 100 % 1 % 0.999999, 0, atol=1e-6)


def test_churn_margins_are_near_the_figures():
    df, figures = data.load_churn(), FIGURES["churn"]
    assert abs(df["churn"].mean() - figures["churn_share"]) < 0.02
    for name in data.CHURN_FEATURES:
        standard_error = figures["sd"][name] / np.sqrt(len(df))
        assert abs(df[name].mean() - figures["mean"][name]) < 3 * standard_error, name
        assert 0.9 < df[name].std() / figures["sd"][name] < 1.1, name
    for name in ("revenue", "months", "eqpdays"):
        quartiles = dict(zip(FIGURES["quantile_levels"], figures["quantiles"][name], strict=True))
        for level in (0.25, 0.5, 0.75):
            assert df[name].quantile(level) == pytest.approx(quartiles[level], rel=0.06), (name, level)


def test_churn_correlations_are_near_the_figures():
    found = data.load_churn()[data.CHURN_FEATURES].corr("spearman").to_numpy()
    assert np.abs(found - np.array(FIGURES["churn"]["spearman"])).max() < 0.05


def test_churners_differ_in_the_direction_of_the_figures():
    means = data.load_churn().groupby("churn").mean()
    real = FIGURES["churn"]["mean_by_class"]
    for name in data.CHURN_FEATURES:
        assert (means.loc[1, name] > means.loc[0, name]) == (real["1"][name] > real["0"][name]), name


def test_logistic_regression_recovers_the_true_weights():
    """Every weight within 2.5 standard errors of the truth, every weight visible, accuracy as announced."""
    df = data.load_churn()
    truth = json.loads((data.DATA / "churn_true_weights.json").read_text(encoding="utf-8"))
    assert list(truth["weights"]) == data.CHURN_FEATURES
    X, y = df[data.CHURN_FEATURES], df["churn"]
    scaler = StandardScaler().fit(X)
    Z = scaler.transform(X)
    model = LogisticRegression(C=1e10, tol=1e-8, max_iter=1000).fit(Z, y)
    errors = standard_errors(model, Z)[:-1]
    true_weights = np.array(list(truth["weights"].values())) * scaler.scale_
    assert np.all(np.abs(model.coef_[0] - true_weights) < 2.5 * errors)
    assert np.all(np.sign(model.coef_[0]) == np.sign(true_weights))
    assert np.all(np.abs(model.coef_[0]) > 3 * errors)
    raw_intercept = model.intercept_[0] - model.coef_[0] @ (scaler.mean_ / scaler.scale_)
    assert abs(raw_intercept - truth["intercept"]) < 0.5
    assert 0.65 < model.score(Z, y) < 0.71


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("name", ["tiny.csv", "tiny.csv.gz"])
def test_load_churn_reads_any_line_ends(cell2cell, line_end, name):
    df = data.load_churn(cell2cell(line_end, name))
    assert list(df.columns) == [*data.CHURN_FEATURES, "churn"]
    assert df["churn"].tolist() == [1, 0]
    assert df["eqpdays"].tolist() == [310, 341]
    assert df.attrs["source"] == f"your file {name}"


def test_load_churn_reads_the_real_extract():
    df = data.load_churn(real_table("Cell2Cell_data.csv"))
    assert df.shape == (39859, 12)
    assert df.columns[-1] == "churn"
    assert df["churn"].mean() == pytest.approx(FIGURES["churn"]["churn_share"], abs=1e-5)


def test_load_churn_names_missing_columns(cell2cell):
    path = cell2cell(change=lambda text: text.replace("eqpdays", "phone_age").replace("churndep", "left"))
    with pytest.raises(ValueError, match=r"tiny\.csv the columns eqpdays, churn; found .*phone_age.*churndep"):
        data.load_churn(path)


def test_load_churn_names_a_strange_label(cell2cell):
    with pytest.raises(ValueError, match="Expected only 0 and 1 in the label, found 2"):
        data.load_churn(cell2cell(change=lambda text: text.replace("1,0,1\n", "1,0,2\n")))


def test_load_churn_says_where_it_looked(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no file there\. Check the path") as caught:
        data.load_churn(tmp_path / "nowhere.csv")
    assert "nowhere.csv" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xd0\xcf\x11\xe0 not text \x00\xff"], ids=["empty", "binary"])
def test_load_churn_explains_an_unreadable_file(tmp_path, content):
    path = tmp_path / "broken.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"broken\.csv"):
        data.load_churn(path)


# --- salaries ---


def test_salaries_line_gives_70000_at_20_years():
    df = data.load_salaries()
    assert list(df.columns) == ["years_experience", "salary_usd"]
    line = LinearRegression().fit(df[["years_experience"]], df["salary_usd"])
    at_20 = line.predict(pd.DataFrame({"years_experience": [20.0]}))[0]
    assert at_20 == pytest.approx(70_000, abs=1_000)
    assert (df["salary_usd"] > 0).all()


# --- airbnb ---


def airbnb_truth():
    """Feature -> (weight, centre, spread) as the data card tells it."""
    card = (data.DATA / "README.md").read_text(encoding="utf-8").split("## airbnb_listings.csv")[1]
    rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.count("|") == 5]
    return {row[0].strip("`"): tuple(map(float, row[1:])) for row in rows if row[0].strip("`") in data.AIRBNB_FEATURES}


def test_data_card_tells_the_airbnb_weights_of_the_script():
    script = runpy.run_path(str(data.DATA / "make_stand_ins.py"))
    assert airbnb_truth() == script["AIRBNB_MODEL"]
    assert list(airbnb_truth()) == data.AIRBNB_FEATURES


def cleaned_airbnb():
    """Rows with the seven features (rates in percent) and the label 0/1."""
    df = data.load_airbnb()
    for name in ("host_response_rate", "host_acceptance_rate"):
        df[name] = pd.to_numeric(df[name].str.rstrip("%"), errors="coerce")
    df = df.dropna(subset=[*data.AIRBNB_FEATURES, "host_is_superhost"])
    return df[data.AIRBNB_FEATURES], (df["host_is_superhost"] == "t").astype(int)


def test_airbnb_is_dirty_as_announced():
    df = data.load_airbnb()
    assert df.shape == (4000, 16)
    assert df["id"].is_unique
    assert set(df["host_is_superhost"].dropna()) == set(df["instant_bookable"]) == {"t", "f"}
    assert 0 < df["host_is_superhost"].isna().sum() < 40
    assert df["price"].str.fullmatch(r"\$\d{1,3}(,\d{3})*\.\d\d").all()
    assert df["price"].str.contains(",").any()
    for name in ("host_response_rate", "host_acceptance_rate"):
        assert df[name].str.fullmatch(r"\d{1,3}%|N/A").all()
        expected = FIGURES["airbnb"]["nyc_full"]["missing"][name] / FIGURES["airbnb"]["nyc_full"]["rows"]
        assert (df[name] == "N/A").mean() == pytest.approx(expected, abs=0.02)
    scores = df.filter(like="review_scores")
    assert (scores.isna().all(axis=1) == (df["number_of_reviews"] == 0)).all()
    assert scores.isna().any(axis=1).mean() == pytest.approx(0.264, abs=0.01)
    assert scores.min().min() >= 1 and scores.max().max() == 5


def test_airbnb_margins_are_near_the_figures():
    df = data.load_airbnb()
    assert 0.19 < (df["host_is_superhost"] == "t").mean() < 0.25
    boroughs = df["neighbourhood_group_cleansed"].value_counts(normalize=True)
    for name, share in FIGURES["airbnb"]["nyc_2019"]["borough_share"].items():
        assert boroughs[name] == pytest.approx(share, abs=0.02)
    for name in ("checkin", "communication", "value"):
        real = FIGURES["airbnb"]["nyc"][f"review_scores_{name}"]
        assert df[f"review_scores_{name}"].mean() == pytest.approx(real["mean"], abs=0.06)
    price = df["price"].str.replace("[$,]", "", regex=True).astype(float)
    assert price.median() == pytest.approx(FIGURES["airbnb"]["nyc"]["price"]["q50"], rel=0.1)
    assert price[df["room_type"] == "Entire home/apt"].median() > 2 * price[df["room_type"] == "Private room"].median()


def test_airbnb_label_follows_the_true_weights():
    """On complete rows: near the weights in the data card, and clearly better than always saying no."""
    X, y = cleaned_airbnb()
    assert len(X) > 1500
    truth = airbnb_truth()
    scale = X.std().to_numpy()
    Z = ((X - X.mean()) / scale).to_numpy()
    model = LogisticRegression(C=1e10, tol=1e-8, max_iter=1000).fit(Z, y)
    true_weights = np.array([truth[name][0] / truth[name][2] for name in data.AIRBNB_FEATURES]) * scale
    assert np.all(np.abs(model.coef_[0] - true_weights) < 2.5 * standard_errors(model, Z)[:-1])
    assert (model.coef_ > 0).all()
    assert model.score(Z, y) > 1 - y.mean() + 0.03


def test_load_airbnb_accepts_a_clean_table():
    df = data.load_airbnb(real_table("airbnb_superhost_minimal.csv"))
    assert df.shape == (5648, 14)
    assert df["host_is_superhost"].dtype == bool
    assert not df[data.AIRBNB_FEATURES].isna().any().any()


def test_load_airbnb_names_missing_columns(tmp_path):
    path = tmp_path / "summary.csv"
    path.write_text("id,name,price\n1,Sunny flat,100\n")
    with pytest.raises(ValueError, match=r"summary\.csv .*review_scores_rating.*; found id, name, price.*detailed"):
        data.load_airbnb(path)


# --- world happiness ---

LADDER, LOG_GDP = "Life Ladder", "Log GDP per capita"


def test_whr_stand_in_has_the_real_columns_and_gaps():
    df, figures = data.load_whr("stand-in"), FIGURES["world_happiness"]
    assert list(df.columns) == ["country", "year", *figures["columns"].values()]
    assert not df.duplicated(["country", "year"]).any()
    assert df["year"].min() == 2005 and df["year"].max() == 2017
    assert 140 <= df["country"].nunique() <= 150
    for name, rates in figures["missing_by_year"].items():
        missing = df[figures["columns"][name]].isna().groupby(df["year"]).agg(["sum", "size"])
        expected_rows = missing["size"] * list(rates.values())
        # gaps of whole countries come first and fall into every year, hence a few rows too many in some
        assert (missing["sum"] - expected_rows).abs().max() <= 4, name


def test_whr_stand_in_is_near_the_figures():
    df, figures = data.load_whr("stand-in"), FIGURES["world_happiness"]
    names = [figures["columns"][name] for name in figures["core"]]
    for name in figures["core"]:
        column = df[figures["columns"][name]]
        assert abs(column.mean() - figures["mean"][name]) < 0.15 * column.std(), name
    between = df.groupby("country")[names].mean().corr().to_numpy()
    assert np.abs(between - np.array(figures["between_correlation"])).max() < 0.15
    within_sd = (df[names] - df.groupby("country")[names].transform("mean")).std()
    ratio = within_sd.to_numpy() / [figures["within_sd"][name] for name in figures["core"]]
    assert (ratio > 0.7).all() and (ratio < 1.1).all()


def test_whr_stand_in_slope_resembles_the_real_one():
    """Life Ladder on log GDP, 2015-2017: the real slope is 0.77 with an R² of about 0.6."""
    df = data.load_whr("stand-in")
    recent = df[df["year"] >= 2015].iloc[:, :11].dropna()
    assert len(recent) > 300
    line = LinearRegression().fit(recent[[LOG_GDP]], recent[LADDER])
    assert line.coef_[0] == pytest.approx(0.77, abs=0.1)
    assert 0.5 < line.score(recent[[LOG_GDP]], recent[LADDER]) < 0.75


def test_no_country_of_the_stand_in_exists():
    real = data.load_whr(real_table("WHR2018Chapter2OnlineData.csv"))
    assert not set(real["country"]) & set(data.load_whr("stand-in")["country"])


@pytest.mark.parametrize("suffix", ["csv", "xls"])
def test_load_whr_reads_and_verifies_local_copies(suffix):
    df = data.load_whr(real_table(f"WHR2018Chapter2OnlineData.{suffix}"))
    data._verify_whr(df)
    assert df.shape == data.WHR_SHAPE
    assert df.attrs["source"] == f"your file WHR2018Chapter2OnlineData.{suffix}"


def test_load_whr_real_takes_what_was_fetched(monkeypatch, capsys):
    path = real_table("WHR2018Chapter2OnlineData.xls")
    monkeypatch.setattr(data, "_fetch_whr", lambda: path)
    df = data.load_whr("real")
    assert df.attrs["source"].startswith("World Happiness Report 2018")
    assert capsys.readouterr().out == f"World Happiness table: {df.attrs['source']}\n"


def test_load_whr_auto_falls_back_when_offline(offline, capsys):
    df = data.load_whr("auto")
    assert "synthetic" in df.attrs["source"]
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("Reading the stand-in instead of the real table.")
    assert printed[-1] == f"World Happiness table: {df.attrs['source']}"
    assert df.equals(data.load_whr("stand-in"))


def test_load_whr_real_says_what_to_do_when_offline(offline):
    with pytest.raises(ConnectionError, match=r'(?s)Connect to the internet.*load_whr\("stand-in"\)'):
        data.load_whr("real")


@pytest.mark.parametrize("damage", ["rows", "values", "not a table"])
def test_a_changed_download_is_refused_and_forgotten(monkeypatch, tmp_path, damage):
    path = tmp_path / "WHR.csv"
    if damage == "not a table":
        path.write_bytes(b"<html>Please log in to the wireless network</html>")
    else:
        df = data.load_whr("stand-in")
        rows = data.WHR_SHAPE[0] if damage == "values" else 100
        df.sample(rows, replace=True, random_state=0).to_csv(path, index=False)
    monkeypatch.setattr(data, "_fetch_whr", lambda: path)
    with pytest.raises(ValueError, match="Expected"):
        data.load_whr("real")
    assert not path.exists()


# --- all loaders ---


def test_every_stand_in_is_marked_as_synthetic():
    for df in (data.load_churn(), data.load_salaries(), data.load_airbnb(), data.load_whr("stand-in")):
        assert "synthetic" in df.attrs["source"]


def test_reading_a_table_needs_neither_pooch_nor_the_grader():
    code = (
        "import sys; from workbook.data import load_churn, load_whr; load_churn(); load_whr('stand-in'); "
        "print(*{'pooch', 'requests', 'nbgrader', 'autograder'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines()[-1] == ""
