"""Write the synthetic tables that the notebooks read, the same bytes on every run.

    python data/make_stand_ins.py            # writes into data/
    python data/make_stand_ins.py --out DIR  # writes elsewhere

Nothing here was observed. The rows are drawn so that their quantiles, correlations and gaps resemble the
published aggregate figures in `figures.json`; no real table is read. See README.md beside this file.
"""

import argparse
import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
FIGURES = json.loads((HERE / "figures.json").read_text(encoding="utf-8"))
SEED = 2018

# The log-odds of churn that the labels are drawn from: intercept + the sum of weight * feature.
CHURN_WEIGHTS = {
    "revenue": 0.006,
    "outcalls": -0.01,
    "incalls": -0.02,
    "months": -0.04,
    "eqpdays": 0.0035,
    "webcap": -0.9,
    "marryyes": -0.4,
    "travel": -0.8,
    "pcown": -0.5,
    "creditcd": -0.4,
    "retcalls": 1.5,
}
CHURN_INTERCEPT = 0.75
CHURN_ROWS = 4000

# The log-odds of being a superhost: intercept + the sum of weight * (feature - centre) / spread.
AIRBNB_MODEL = {  # feature: (weight, centre, spread); scores run to 5, rates are in percent
    "review_scores_rating": (1.0, 4.7, 0.45),
    "review_scores_cleanliness": (0.45, 4.7, 0.45),
    "review_scores_checkin": (0.3, 4.8, 0.4),
    "review_scores_communication": (0.3, 4.8, 0.4),
    "review_scores_value": (0.2, 4.65, 0.5),
    "host_response_rate": (0.2, 90, 20),
    "host_acceptance_rate": (0.3, 80, 25),
}
AIRBNB_INTERCEPT = -1.5
AIRBNB_ROWS = 4000
FLAG_MISSING_SHARE = 0.003  # of host_is_superhost; more than the real 0.001, so that a small table shows some

N_COUNTRIES = 150
EARLIEST_YEAR_FAVOURS_RICH = 2.0  # in 2005 only some, mostly rich countries were asked
EXTRA_LAG1 = 0.4  # year-to-year correlation of the columns for which no figure is published

SALARY_ROWS = 200
SALARY_AT_START_USD = 40_000
SALARY_PER_YEAR_USD = 1_500
SALARY_NOISE_USD = 7_000


# --- correlated draws with given margins (a Gaussian copula) ---


def sigmoid(z):
    """Probability for log-odds z."""
    return 1 / (1 + np.exp(-z))


def nearest_correlation(matrix):
    """The (k, k) matrix with negative eigenvalues removed and ones on the diagonal."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    positive = vectors * np.maximum(values, 1e-6) @ vectors.T
    scale = np.sqrt(np.diag(positive))
    return positive / np.outer(scale, scale)


def correlate(columns, method="spearman"):
    """Correlations (k, k) of the columns of an (n, k) array; "spearman" takes ranks, "pearson" values."""
    return pd.DataFrame(columns).corr(method).to_numpy()


def from_quantiles(levels, quantiles, tail=2.5e-5):
    """A function from standard normal scores to values that have these quantiles.

    Levels 0 and 1 (the minimum and maximum) are put at the probabilities `tail` and `1 - tail`. Between two
    quantiles it runs straight on the asinh scale, like a logarithm for large values: long tails stay thin.
    """
    scores = [NormalDist().inv_cdf(min(max(level, tail), 1 - tail)) for level in levels]
    return lambda z: np.sinh(np.interp(z, scores, np.arcsinh(quantiles)))


def from_shares(shares):
    """A function from standard normal scores to 0, 1, 2, ... where value i has `shares[i]` of the mass."""
    cuts = [NormalDist().inv_cdf(share) for share in np.cumsum(shares)[:-1]]
    return lambda z: np.digitize(z, cuts)


def draw(rng, n_rows, margins, target, method="spearman", rounds=6, n_pilot=20_000):
    """An (n_rows, k) array whose columns have the given margins and nearly the correlations `target`.

    Thresholds and ties weaken correlation, so the latent correlations are first raised on a pilot sample
    until the correlations of the *values* come out right.
    """
    target = np.asarray(target)
    latent = target
    pilot = rng.standard_normal((n_pilot, len(margins)))
    for _ in range(rounds):
        scores = pilot @ np.linalg.cholesky(nearest_correlation(latent)).T
        latent = latent + target - correlate(apply(margins, scores), method)
    scores = whiten(rng.standard_normal((n_rows, len(margins))))
    return apply(margins, scores @ np.linalg.cholesky(nearest_correlation(latent)).T)


def whiten(scores):
    """The scores (n, k) moved and turned to mean 0 and covariance I exactly: no luck in small tables."""
    centred = scores - scores.mean(axis=0)
    return centred @ np.linalg.inv(np.linalg.cholesky(np.cov(centred.T))).T


def apply(margins, scores):
    """Each column of scores (n, k) sent through its own margin."""
    return np.column_stack([margin(column) for margin, column in zip(margins, scores.T, strict=True)])


# --- churn ---


def share_of_counts(mean, sd):
    """Shares of the counts 0, 1 and 2 that have this mean and standard deviation."""
    square = sd**2 + mean**2
    two = (square - mean) / 2
    return [1 - (mean - 2 * two) - two, mean - 2 * two, two]


def churn_margin(name):
    """The margin of one churn feature: flags and counts by thresholds, the others by quantiles."""
    figures = FIGURES["churn"]
    mean = figures["mean"][name]
    if name == "retcalls":
        return from_shares(share_of_counts(mean, figures["sd"][name]))
    if name in ("webcap", "marryyes", "travel", "pcown", "creditcd"):
        return from_shares([1 - mean, mean])
    return from_quantiles(FIGURES["quantile_levels"], figures["quantiles"][name])


def make_churn():
    """The churn table: 11 features, then the label drawn from the logistic model above."""
    rng = np.random.default_rng([SEED, 1])
    names = list(CHURN_WEIGHTS)
    values = draw(rng, CHURN_ROWS, [churn_margin(name) for name in names], FIGURES["churn"]["spearman"])
    table = pd.DataFrame(values, columns=names)
    for name in ("outcalls", "incalls"):  # means of three months: multiples of a third
        table[name] = (table[name] * 3).round() / 3
    table = table.round({"revenue": 2, "outcalls": 2, "incalls": 2})
    whole = [name for name in names if name not in ("revenue", "outcalls", "incalls")]
    table[whole] = table[whole].round().astype(int)
    log_odds = CHURN_INTERCEPT + table.to_numpy() @ np.array(list(CHURN_WEIGHTS.values()))
    table["churn"] = (rng.random(CHURN_ROWS) < sigmoid(log_odds)).astype(int)
    return table


# --- world happiness ---


def invent_countries(rng, n):
    """n invented country names, sorted."""
    starts = "Ald Bel Cor Dren Ilm Fen Gal Hes Ist Jor Kel Lum Mer Nev Ost Pel Quor Ros Sev Tal Ulv Vel Wyn Zer"
    ends = "aria avia enia essa etia imar isia onda oria ovar umbra urland"
    names = [start + end for start in starts.split() for end in ends.split()]
    return sorted(rng.choice(names, n, replace=False))


def country_levels(rng, figures):
    """The long-run level of every variable in every country: (N_COUNTRIES, variables)."""
    names = list(figures["columns"])
    target = np.array(figures["overall_correlation"])
    core = [names.index(name) for name in figures["core"]]
    target[np.ix_(core, core)] = figures["between_correlation"]
    levels = FIGURES["quantile_levels"]
    margins = [from_quantiles(levels, figures["between_quantiles"][name], tail=0.003) for name in names]
    return draw(rng, N_COUNTRIES, margins, target, method="pearson")


def yearly_slopes(figures):
    """Change per year of every variable's mean from 2007 on (earlier, few were asked); 0 where unknown."""
    slopes = []
    for name in figures["columns"]:
        means = {int(year): mean for year, mean in figures["year_means"].get(name, {}).items() if int(year) >= 2007}
        slopes.append(np.polyfit(list(means), list(means.values()), 1)[0] if means else 0.0)
    return np.array(slopes)


def yearly_deviations(rng, figures, years):
    """Deviations from the country's level, (N_COUNTRIES, years, variables): common trend plus AR(1) noise."""
    names = list(figures["columns"])
    core = [names.index(name) for name in figures["core"]]
    lag1 = np.array([figures["lag1"].get(name, EXTRA_LAG1) for name in names])
    slopes = yearly_slopes(figures)
    correlation = np.eye(len(names))
    correlation[np.ix_(core, core)] = figures["within_correlation"]
    sd = np.array([figures["within_sd"][name] for name in names])
    # The trend accounts for a part of the covariance within countries; the noise gets the rest.
    rest = correlation * np.outer(sd, sd) - np.outer(slopes, slopes) * np.var(years[2:])
    rest_sd = np.sqrt(np.maximum(np.diag(rest), 1e-20))
    shocks = nearest_correlation(rest / np.outer(rest_sd, rest_sd) * (1 - np.outer(lag1, lag1)))
    shock_factor = np.linalg.cholesky(shocks).T * rest_sd * np.sqrt(1 - lag1**2)
    noise = [rng.standard_normal((N_COUNTRIES, len(names))) * rest_sd]
    for _ in years[1:]:
        noise.append(lag1 * noise[-1] + rng.standard_normal((N_COUNTRIES, len(names))) @ shock_factor)
    trend = np.outer(years - np.mean(years), slopes)
    return np.stack(noise, axis=1) + trend


def choose_rows(rng, figures, log_gdp):
    """Which countries were asked in which year, True/False (N_COUNTRIES, years), as many as in reality."""
    counts = figures["rows_per_year"]
    habit = 2 * rng.standard_normal(N_COUNTRIES)
    wealth = (log_gdp - log_gdp.mean()) / log_gdp.std()
    asked = np.zeros((N_COUNTRIES, len(counts)), dtype=bool)
    for i, count in enumerate(counts.values()):
        eagerness = habit + rng.standard_normal(N_COUNTRIES)
        if i == 0:
            eagerness += EARLIEST_YEAR_FAVOURS_RICH * wealth
        size = round(count * N_COUNTRIES / figures["countries"])
        asked[np.argsort(-eagerness)[:size], i] = True
    return asked


def blank(rng, table, figures):
    """The table with gaps: as many per column and year as in the real one, some of them whole countries."""
    poll = ("social_support", "freedom", "corruption", "pos_affect", "neg_affect", "conf_gov", "gini_gallup")
    order = {
        True: rng.permutation(table["country"].unique()),
        False: rng.permutation(table["country"].unique()),
    }
    trouble = {True: rng.random(len(table)), False: rng.random(len(table))}
    table = table.copy()
    for name, rates in figures["missing_by_year"].items():
        from_poll = name in poll
        wanted = {year: round(rate * (table["year"] == int(year)).sum()) for year, rate in rates.items()}
        budget = sum(wanted.values()) * figures["missing_in_wholly_missing_countries"][name]
        missing = np.zeros(len(table), dtype=bool)
        for country in order[from_poll]:
            rows = (table["country"] == country).to_numpy()
            if missing.sum() + rows.sum() > budget:
                break
            missing |= rows
        own = 0 if name in ("dem_quality", "del_quality") else rng.random(len(table))  # those two go together
        likely = trouble[from_poll] + own
        for year, count in wanted.items():
            rows = np.flatnonzero((table["year"] == int(year)) & ~missing)
            already = (missing & (table["year"] == int(year))).sum()
            missing[rows[np.argsort(-likely[rows])][: max(count - already, 0)]] = True
        table.loc[missing, name] = np.nan
    return table


def make_world_happiness():
    """A panel of invented countries and years with the columns and gaps of the World Happiness table."""
    rng = np.random.default_rng([SEED, 2])
    figures = FIGURES["world_happiness"]
    names = list(figures["columns"])
    years = np.array([int(year) for year in figures["rows_per_year"]])
    levels = country_levels(rng, figures)
    values = levels[:, None, :] + yearly_deviations(rng, figures, years)
    low, high = np.array([figures["range"][name] for name in names]).T
    values = np.clip(values, low, high)
    country, year = np.nonzero(choose_rows(rng, figures, levels[:, names.index("log_gdp")]))
    table = pd.DataFrame(values[country, year], columns=names)
    table["cv_ladder"] = table["sd_ladder"] / table["ladder"]
    table.insert(0, "country", np.array(invent_countries(rng, N_COUNTRIES))[country])
    table.insert(1, "year", years[year])
    return blank(rng, table, figures).round(5).rename(columns=figures["columns"])


# --- airbnb ---


def airbnb_margins(figures):
    """One margin per column of the Airbnb figures: New York's quartiles, Boston's tails."""
    levels = FIGURES["quantile_levels"]
    quartiles = [levels.index(level) for level in (0.25, 0.5, 0.75)]
    margins = []
    for name in figures["columns"]:
        if name == "instant_bookable":
            share = figures["nyc_full"]["instant_bookable_share"]
            margins.append(from_shares([1 - share, share]))
            continue
        if name == "number_of_reviews":
            margins.append(from_quantiles(levels, figures["nyc_2019"]["number_of_reviews_quantiles"]))
            continue
        quantiles = np.array(figures["boston_quantiles"][name])
        if name == "review_scores_cleanliness":
            quantiles[quartiles] = figures["cleanliness_quartiles"]["quartiles"]
        elif name in figures["nyc"]:
            quantiles[quartiles] = [figures["nyc"][name][key] for key in ("q25", "q50", "q75")]
        quantiles = np.minimum.accumulate(quantiles[::-1])[::-1]  # keeps Boston's tail below New York's quartile
        margins.append(from_quantiles(levels, quantiles))
    return margins


def add_place_and_price(rng, table, figures):
    """Borough, room type and price: larger places are more often entire homes, and cost more."""
    shares = figures["nyc_2019"]["borough_share"]
    borough = rng.choice(list(shares), len(table), p=np.array(list(shares.values())) / sum(shares.values()))
    size = np.log(table["accommodates"].to_numpy())
    size = (size - size.mean()) / size.std()
    roomy = 0.7 * size + 0.7 * rng.standard_normal(len(table))
    kinds = ["Shared room", "Private room", "Entire home/apt"]
    room = np.empty(len(table), dtype=object)
    for name in shares:
        here = borough == name
        mass = [figures["nyc_2019"]["room_type_by_borough"][name][kind] for kind in kinds]
        cuts = np.quantile(roomy[here], np.cumsum(mass)[:-1])
        room[here] = np.array(kinds, dtype=object)[np.digitize(roomy[here], cuts)]
    log_price = figures["nyc_2019"]["log_price_by_borough_room"]
    mean = np.array([log_price[f"{b}|{r}"]["mean"] for b, r in zip(borough, room, strict=True)])
    sd = np.array([log_price[f"{b}|{r}"]["sd"] for b, r in zip(borough, room, strict=True)])
    price = np.exp(mean + sd * (0.4 * size + 0.92 * rng.standard_normal(len(table))))
    return table.assign(neighbourhood_group_cleansed=borough, room_type=room, price=price.round().clip(10))


def invent_names(rng, room_types):
    """A made-up title for every listing."""
    moods = ["Sunny", "Quiet", "Cosy", "Bright", "Modern", "Charming", "Lovely", "Airy", "Stylish", "Simple"]
    things = {
        "Entire home/apt": ["apartment", "loft", "studio", "flat", "duplex", "townhouse"],
        "Private room": ["room", "bedroom", "private room", "room with a view"],
        "Shared room": ["shared room", "bed in a shared room"],
    }
    places = [
        "near the park",
        "near the subway",
        "by the river",
        "on a leafy street",
        "close to it all",
        "for two",
    ]
    return [f"{rng.choice(moods)} {rng.choice(things[room])} {rng.choice(places)}" for room in room_types]


def draw_superhosts(rng, table, figures):
    """1 for a superhost, else 0, drawn from the logistic model; hosts without a review are seldom one."""
    log_odds = np.full(len(table), AIRBNB_INTERCEPT)
    for name, (weight, centre, spread) in AIRBNB_MODEL.items():
        log_odds += weight * (table[name].to_numpy() - centre) / spread
    unreviewed = table["number_of_reviews"] == 0
    chance = np.where(unreviewed, figures["superhost_share_of_unreviewed"], sigmoid(log_odds))
    return (rng.random(len(table)) < chance).astype(int)


def missing_rates(rng, unreviewed, superhost, figures):
    """Where the response and the acceptance rate are not to be had: two True/False arrays, often alike.

    The shares are New York's; how much seldomer superhosts lack their response rate is Boston's.
    """
    boston = figures["boston_missing_by_superhost"]["host_response_rate"]
    seldomer = np.where(superhost == 1, boston["1"] / boston["0"], 1.0)
    one, other = rng.random((2, len(unreviewed)))
    other = np.where(rng.random(len(unreviewed)) < 0.8, one, other)
    result = []
    for name, chance in (("host_response_rate", one), ("host_acceptance_rate", other)):
        full, reviewed = figures["nyc_full"], figures["nyc_reviewed"]
        with_reviews = reviewed["missing"][name] / reviewed["rows"]
        without = (full["missing"][name] - reviewed["missing"][name]) / (full["rows"] - reviewed["rows"])
        share = np.where(unreviewed, without, with_reviews)
        balance = np.where(unreviewed, seldomer[unreviewed].mean(), seldomer[~unreviewed].mean())
        result.append(chance < share * seldomer / balance)
    return result


def make_airbnb():
    """Listings with the usual dirt; the label is drawn before any value is blanked or turned into text."""
    rng = np.random.default_rng([SEED, 3])
    figures = FIGURES["airbnb"]
    table = pd.DataFrame(draw(rng, AIRBNB_ROWS, airbnb_margins(figures), figures["spearman"]))
    table.columns = figures["columns"]
    scores = [name for name in table if name.startswith("review_scores")]
    rates = ["host_response_rate", "host_acceptance_rate"]
    table["accommodates"] = table["accommodates"].round().clip(lower=1).astype(int)
    table["number_of_reviews"] = table["number_of_reviews"].round().astype(int)
    few_first = table["number_of_reviews"].rank(method="first")
    share_unreviewed = figures["nyc_full"]["missing"]["review_scores_communication"] / figures["nyc_full"]["rows"]
    unreviewed = (few_first <= share_unreviewed * AIRBNB_ROWS).to_numpy()
    table["number_of_reviews"] = np.where(unreviewed, 0, table["number_of_reviews"].clip(lower=1))
    # A score is the mean of whole stars, so a listing with two reviews has 4.5 or 5, never 4.8.
    n = table[["number_of_reviews"]].clip(lower=1).to_numpy()
    table[scores] = ((table[scores] * n).round() / n).clip(1, 5).round(2)
    table[rates] = (100 * table[rates]).round()
    table = add_place_and_price(rng, table, figures)
    superhost = draw_superhosts(rng, table, figures)
    no_response, no_acceptance = missing_rates(rng, unreviewed, superhost, figures)

    text = table[rates].astype(int).astype(str) + "%"
    text.loc[no_response, "host_response_rate"] = "N/A"
    text.loc[no_acceptance, "host_acceptance_rate"] = "N/A"
    flag = pd.Series(np.where(superhost == 1, "t", "f"), dtype=object)
    flag[rng.random(AIRBNB_ROWS) < FLAG_MISSING_SHARE] = None
    table.loc[unreviewed, scores] = np.nan
    return pd.DataFrame(
        {
            "id": np.arange(100_001, 100_001 + AIRBNB_ROWS),
            "name": invent_names(rng, table["room_type"]),
            "host_response_rate": text["host_response_rate"],
            "host_acceptance_rate": text["host_acceptance_rate"],
            "host_is_superhost": flag,
            "neighbourhood_group_cleansed": table["neighbourhood_group_cleansed"],
            "room_type": table["room_type"],
            "accommodates": table["accommodates"],
            "price": table["price"].map("${:,.2f}".format),
            "number_of_reviews": table["number_of_reviews"],
            **{name: table[name] for name in scores},
            "instant_bookable": np.where(table["instant_bookable"] == 1, "t", "f"),
        }
    )


# --- salaries ---


def make_salaries():
    """Years of experience and yearly salary along a straight line with noise."""
    rng = np.random.default_rng([SEED, 4])
    years = np.sort(np.round(40 * rng.beta(1.3, 1.8, SALARY_ROWS), 1))
    noise = SALARY_NOISE_USD * rng.standard_normal(SALARY_ROWS)
    salary = SALARY_AT_START_USD + SALARY_PER_YEAR_USD * years + noise
    return pd.DataFrame({"years_experience": years, "salary_usd": (salary / 100).round().astype(int) * 100})


# --- writing ---


def churn_truth():
    """What the labels of churn.csv were drawn from."""
    return {
        "model": "P(churn = 1) = 1 / (1 + exp(-(intercept + sum of weight * feature)))",
        "intercept": CHURN_INTERCEPT,
        "weights": CHURN_WEIGHTS,
    }


def write_json(content, path):
    """A JSON file, indented, with Unix line ends on every system."""
    path.write_bytes((json.dumps(content, indent=2) + "\n").encode())


def write_csv(table, path):
    """A CSV file with Unix line ends on every system."""
    path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode())


def write_all(folder):
    """Every table and the true weights, written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(make_churn(), folder / "churn.csv")
    write_json(churn_truth(), folder / "churn_true_weights.json")
    write_csv(make_world_happiness(), folder / "world_happiness.csv")
    write_csv(make_airbnb(), folder / "airbnb_listings.csv")
    write_csv(make_salaries(), folder / "salaries.csv")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: beside this script)")
    write_all(parser.parse_args().out)


if __name__ == "__main__":
    main()
