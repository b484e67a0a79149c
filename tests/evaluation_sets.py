"""Small evaluation sets in the evaluators' form, and scores for them."""

import numpy as np

YEARS = range(2020, 2027)


def draw_set(year, num_each=3, seed=0):
    """Rows: machine, section, domain, label, name, original name."""
    generator = np.random.default_rng(seed)
    sections = {2020: ("id_01", "id_03"), 2021: ("section_03", "section_04")}
    rows = []
    for machine in ("fan", "RoboticArm"):
        for section in sections.get(year, ("section_00",)):
            kinds = [
                (domain, label)
                for domain in (["source", "target"] if year > 2020 else [""])
                for label in (0, 1)
                for _ in range(num_each)
            ]
            for place in generator.permutation(len(kinds)):
                domain, label = kinds[place]
                rows.append((machine, section, domain, label))
    return [(*row, *_names(year, row, place)) for place, row in enumerate(rows)]


def _names(year, row, place):
    machine, section, domain, label = row
    kind = "anomaly" if label else "normal"
    if year == 2020:
        name = f"{section}_{place:08d}.wav"
        return name, f"{kind}_{section}_{place + 500:08d}.wav"
    infix = f"_{domain}_test" if year == 2021 else ""
    test = "" if machine == "RoboticArm" and year == 2024 else "_test"
    original = f"{section}_{domain}{test}_{kind}_{place + 500:04d}_vel_7.5"
    return f"{section}{infix}_{place:04d}.wav", f"{original}.wav"


def stem_of(year, row):
    machine, section, domain = row[:3]
    infix = f"_{domain}" if year == 2021 else ""
    return f"{machine}_{section}" + (f"{infix}_test" if year > 2020 else "")


def write_truth(folder, year, rows):
    """Files as the evaluator of that year has them."""
    if year == 2020:
        lines, machine = [], None
        for row in rows:
            if row[0] != machine:
                machine = row[0]
                lines.append(machine)
            lines.append(f"{row[4]},{row[5]},{row[3]}")
        _write(folder / "eval_data_list.csv", lines)
        return folder
    for row in rows:
        name = f"ground_truth_{stem_of(year, row)}.csv"
        _append(folder / "ground_truth_data" / name, f"{row[4]},{row[3]}")
        if year > 2021:
            is_target = int(row[2] == "target")
            path = folder / "ground_truth_domain" / name
            _append(path, f"{row[4]},{is_target}")
            _append_original(folder / "ground_truth_attributes", year, row)
    return folder


def _append_original(folder, year, row):
    if year == 2022:
        path = folder / row[0] / f"attributes_{row[1][-2:]}.csv"
        if not path.exists():
            _append(path, "file_name,d1p,d1v,file_name_with_full_attributes")
        place = f"{row[0]}/test"
        _append(path, f"{place}/{row[4]},vel,7.5,{place}/{row[5]}")
        return
    line = f"{row[4]},{row[5].removesuffix('.wav')}"
    if year == 2024 and row[0] == "fan":
        short = row[5].replace("vel_7.5.wav", "noAttribute")
        line = f"{row[4]},{short},{row[5]}"
    _append(folder / f"ground_truth_{stem_of(year, row)}.csv", line)


def score_of(row):
    """Some score: anomalies tend to have a larger one, with ties."""
    return row[3] * 1.5 + hash_of(row[4]) % 5 / 3 - 1


def hash_of(name):
    return sum(ord(character) * (i + 7) for i, character in enumerate(name))


def write_scores(folder, year, rows, kind="anomaly_score", naming=None):
    """Files of `name,value`, by default of anonymous names and scores."""
    for row in rows:
        value = score_of(row)
        if kind == "decision_result":
            value = int(value > 0.4)
        stem = stem_of(year, row)
        name = row[4] if naming is None else naming(row)
        _append(folder / f"{kind}_{stem}.csv", f"{name},{value!r}")
    return folder


def _append(path, line):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a", newline="") as file:
        file.write(f"{line}\n")


def _write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))
