"""The tables of the workbook, each read by one function into a DataFrame.

The tables that come with the workbook are synthetic stand-ins: invented rows that resemble the real tables.
data/README.md tells how they were made and where the real ones are to be had. Whatever you load,
`df.attrs["source"]` says in words what you are looking at.
"""

from pathlib import Path
from textwrap import shorten

import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data"

CHURN_FEATURES = ["revenue", "outcalls", "incalls", "months", "eqpdays", "webcap"]
CHURN_FEATURES += ["marryyes", "travel", "pcown", "creditcd", "retcalls"]

AIRBNB_FEATURES = ["review_scores_rating", "review_scores_cleanliness", "review_scores_checkin"]
AIRBNB_FEATURES += ["review_scores_communication", "review_scores_value"]
AIRBNB_FEATURES += ["host_response_rate", "host_acceptance_rate"]

WHR_ADDRESS = "https://s3.amazonaws.com/happiness-report/2018/WHR2018Chapter2OnlineData.xls"
WHR_SHAPE = (1562, 19)
WHR_LADDER_SUM = 8487.4014  # of the column "Life Ladder": tells the real table from a changed or broken one
WHR_TIMEOUT_SECONDS = 10


def load_churn(path=None):
    """Customers of a phone company: 11 features, then the label `churn` (1: left, 0: stayed).

    path: a CSV file of the Cell2Cell teaching extract (plain or .gz, any line ends), whose label is called
    `churndep`; without it, the synthetic stand-in (4000, 12).
    """
    df = _read_csv(path or DATA / "churn.csv").rename(columns={"churndep": "churn"})
    _require(df, [*CHURN_FEATURES, "churn"], path, 'the label may also be called "churndep"')
    df = df[[*CHURN_FEATURES, "churn"]]
    if not df["churn"].isin([0, 1]).all():
        strange = df.loc[~df["churn"].isin([0, 1]), "churn"].iloc[0]
        raise ValueError(f"Expected only 0 and 1 in the label, found {strange}. Clean the label column first.")
    return _named(df, path, "synthetic stand-in, data/churn.csv")


def load_salaries():
    """Years of experience and yearly salary in dollars: (200, 2), synthetic."""
    return _named(_read_csv(DATA / "salaries.csv"), None, "synthetic, data/salaries.csv")


def load_airbnb(path=None):
    """Listings of rooms and flats, raw: gaps, "95%", "N/A", "$1,200.00", "t" and "f" are left as they stand.

    path: a CSV file of your own, such as Inside Airbnb's listings.csv.gz; without it, the synthetic stand-in.
    """
    df = _read_csv(path or DATA / "airbnb_listings.csv", keep_default_na=False, na_values=[""])
    _require(df, [*AIRBNB_FEATURES, "host_is_superhost"], path, "take the detailed listings file, not the summary")
    return _named(df, path, "synthetic stand-in, data/airbnb_listings.csv")


def load_whr(source="auto"):
    """The World Happiness panel: one row per country and year, 19 columns.

    source: "real" fetches the table of the World Happiness Report 2018 from its publisher, once, into your
    cache; "stand-in" reads the synthetic table with invented countries; "auto" takes the real one if it can
    be had, else the stand-in; anything else is the path of a .csv or .xls file of your own.
    """
    if source == "stand-in":
        df = _stand_in_whr()
    elif source == "real":
        df = _real_whr()
    elif source == "auto":
        try:
            df = _real_whr()
        except Exception as problem:
            # No network, a proxy, a full disk, a changed file: whatever it is, the lesson goes on.
            print(
                "Reading the stand-in instead of the real table.",
                shorten(str(problem), 250, placeholder=" ..."),
            )
            df = _stand_in_whr()
    else:
        df = _local_whr(source)
    print("World Happiness table:", df.attrs["source"])
    return df


def _stand_in_whr():
    df = _read_csv(DATA / "world_happiness.csv")
    return _named(df, None, "synthetic stand-in with invented countries, data/world_happiness.csv")


def _real_whr():
    """The publisher's table, fetched and checked; ConnectionError or ValueError where that fails."""
    try:
        path = _fetch_whr()
    except Exception as problem:
        raise ConnectionError(
            f"Couldn't fetch {WHR_ADDRESS} ({type(problem).__name__}). Connect to the internet and try "
            'again; load_whr("stand-in") works without.'
        ) from problem
    try:
        df = _local_whr(path)
        _verify_whr(df)
    except ValueError:
        Path(path).unlink()  # else the broken file would be taken from the cache for ever
        raise
    return _named(df, None, "World Happiness Report 2018, chapter 2 online data (Helliwell, Layard & Sachs)")


def _fetch_whr():
    """The path of the publisher's file in the user's cache, downloaded at the first call."""
    import pooch  # here and not above: only this function needs it, and `import workbook` stays quick

    pooch.get_logger().setLevel("WARNING")
    download = pooch.HTTPDownloader(progressbar=True, timeout=WHR_TIMEOUT_SECONDS)
    cache = pooch.os_cache("train-a-linear-model")
    # No file hash: copies of this file differ in bytes but not in data. _verify_whr looks at the data.
    return pooch.retrieve(WHR_ADDRESS, None, Path(WHR_ADDRESS).name, cache, downloader=download)


def _verify_whr(df):
    """Raise ValueError unless df is the real table: its shape and the sum of its Life Ladder column."""
    ladder_sum = df["Life Ladder"].sum()
    if df.shape != WHR_SHAPE or abs(ladder_sum - WHR_LADDER_SUM) > 0.001:
        raise ValueError(
            f"Expected the World Happiness table of 2018, shape {WHR_SHAPE}, whose Life Ladder adds up to "
            f"{WHR_LADDER_SUM}; found shape {df.shape} and {ladder_sum:.4f}. The publisher may have changed "
            'the file: use load_whr("stand-in").'
        )


def _local_whr(path):
    """A World Happiness table from an .xls or .csv file."""
    columns = _read_csv(DATA / "world_happiness.csv", nrows=0).columns
    if Path(path).suffix.lower() in (".xls", ".xlsx"):
        df = _read(lambda file: pd.read_excel(file, sheet_name="Table2.1", engine="calamine"), path)
    else:
        df = _read_csv(path)
    _require(df, columns, path, 'the file you need is called "Chapter 2 online data"')
    return _named(df[list(columns)], path, None)


def _read_csv(path, **options):
    """A CSV file, plain or compressed; line ends may be LF, CRLF or CR."""
    return _read(lambda file: pd.read_csv(file, **options), path)


def _read(reader, path):
    """reader(path), or an error that names the file and says what to do."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f"Expected a table at {path}, found no file there. Check the path. The workbook's own tables are in {DATA}."
        )
    try:
        return reader(path)
    except ImportError:  # says itself what to install
        raise
    except Exception as problem:  # readers raise a dozen kinds of error
        raise ValueError(f"Expected a table in {path.name}, but it can't be read: {problem}") from problem


def _require(df, columns, path, advice):
    """Raise ValueError if any of the columns is missing, naming what was expected and found."""
    missing = [name for name in columns if name not in df.columns]
    if missing:
        found = shorten(", ".join(map(str, df.columns)), 300, placeholder=" ...")
        name = Path(path).name if path else "the stand-in"
        raise ValueError(f"Expected in {name} the columns {', '.join(missing)}; found {found}. Hint: {advice}.")


def _named(df, path, source):
    """df with a sentence in `attrs` that says where it comes from."""
    df.attrs["source"] = f"your file {Path(path).name}" if path else source
    return df
