"""metrics_check.py PROGRAM ARTICLE FOLDER: every reader of the metrics finds the names and numbers of the JSON report.

Called by Scripts/metrics_check. Prints what was checked, and ends with 1 at the first check that fails.
"""
import calendar
import json
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

PROGRAM, ARTICLE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
ROOT = FOLDER / "storage"
NOW = "2026-11-25T12:00:00Z"

# Names as a folder may have them: all that a grammar of metrics, of labels or of lines could trip over.
HOSTILE = [
    'quote "q"', "back\\slash", "\\n", "line\nfeed", 'all "\\\n" at once', "{a=\"b\"} 1", "# EOF", "# EOF\n# EOF", "# TYPE x gauge",
    " leading", "trailing ", "tab\there", "return\rhere", "\x1b[31mred", "\x7f\u0085\u2028\u202e", "é e\u0301 中文", "😀👨‍👩‍👧", "a,b=c",
    "asset_name", "NaN", "+Inf", "$(x)`y`", "%41", "'", "\ufeffbom", "\uffff", "x" * 200, "\\", '"', "\\\"", "\\\\n",
]
FAMILY = "asset_catalog_"


def write_tree():
    for index, name in enumerate(HOSTILE):
        for identifier in (f"a{index}", name):
            folder = ROOT / "_asset_metadata" / f"asset_name={name}" / f"asset_id={identifier}"
            folder.mkdir(parents=True)
            manifest = {"version": 1, "asset_name": name, "asset_id": identifier, "last_status": "success"}
            if index % 3:
                manifest["last_materialized"] = f"2026-11-{25 - index % 3}T0{index % 10}:00:00.{index:06d}Z"
            (folder / "manifest.json").write_text(json.dumps(manifest))
            run = folder / f"asset_run_id=r{index}"
            run.mkdir()
            (run / "metadata.json").write_text(json.dumps({
                "asset_name": name, "asset_id": identifier, "id": f"r{index}", "duration_miliseconds": index * 1001,
                "runtime": "2026-11-25T03:00:00Z", "materialized": "2026-11-25T03:00:01Z" if index % 2 else None,
                "status": "success" if index % 2 else "failed", "error": {"type": "E", "message": name}}))
    (ROOT / "freshness.yaml").write_text(json.dumps({
        "version": 1, "owner": "team \"x\"\\ 中\u00e9", "max_age": "26h",
        "rules": [{"name": "a*", "severity": "critical", "max_age": "2h", "title": "the \\ \"a\"s"}, {"name": "nothing.*", "max_age": "1h"}]}))


def catalog(*arguments):
    run = subprocess.run([PROGRAM, "report", "--root", str(ROOT), "--now", NOW, *arguments], capture_output=True)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode()


def expected(report, labels):
    """The samples that the JSON report stands for."""
    samples = {}

    def add(family, value, **own):
        key = (FAMILY + family, frozenset((own | labels).items()))
        assert key not in samples, key
        samples[key] = value

    def seconds(text):
        whole, _, rest = text.rstrip("Z").partition(".")
        return round(calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + int((rest or "0").ljust(6, "0")) / 1e6, 6)

    for row in report["rows"]:
        own = {"asset_name": row["asset_name"], "asset_id": row["asset_id"]}
        if row["last_materialized"]:
            add("asset_last_materialized_timestamp_seconds", seconds(row["last_materialized"]), **own)
        until = row["stale_since"] or row["fresh_until"]
        if until:
            add("asset_fresh_until_timestamp_seconds", seconds(until), **own)
        add("asset_level", {"ok": 0, "warn": 1, "error": 2}[row["level"]], **own)
        add("asset_consecutive_failures", row["consecutive_failures"], **own)
        if row["last_run_duration_ms"] is not None:
            add("asset_last_run_duration_seconds", row["last_run_duration_ms"] / 1000, **own)
        add("asset_policy_info", 1, **own, rule=row["rule"] or "", owner=row["owner"] or "", severity=row["severity"])
    for state, count in report["assets_by_state"].items():
        add("assets", count, state=state)
    for owner in report["assets_by_owner"]:
        for level in ("ok", "warn", "error"):
            add("assets_by_owner", owner[level], owner=owner["owner"] or "", level=level)
    for kind, count in report["problems_by_kind"].items():
        add("problems", count, kind=kind)
    for key in ("runs_failed_last_day", "policy_rules", "policy_rules_unmatched"):
        add(key, report[key])
    add("index_as_of_timestamp_seconds", seconds(report["as_of"]))
    add("report_timestamp_seconds", seconds(report["generated_at"]))
    add("assets_without_series", 0)
    return samples


def parsed(parse, text):
    samples = {}
    for family in parse(text):
        if not family.name.startswith(FAMILY) or family.name == FAMILY + "build_info":
            continue
        assert family.type == "gauge", (family.name, family.type)
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in samples, key
            samples[key] = sample.value
    return samples


def check(reader, found, wanted):
    assert found.keys() == wanted.keys(), (
        reader, "missing", list(wanted.keys() - found.keys())[:3], "more", list(found.keys() - wanted.keys())[:3])
    for key, value in wanted.items():
        assert abs(found[key] - value) < 1e-6, (reader, key, found[key], value)
    print(f"ok  {reader}: {len(found)} series, as in the JSON report")


def promtool(*arguments, text=""):
    run = subprocess.run(["promtool", *arguments], input=text.encode(), capture_output=True)
    assert run.returncode == 0, (run.stdout + run.stderr).decode()
    return run.stdout.decode()


def scraped(folder):
    """What node_exporter makes of the files in a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    process = subprocess.Popen(
        ["prometheus-node-exporter", f"--web.listen-address={address}", "--collector.disable-defaults", "--collector.textfile",
         f"--collector.textfile.directory={folder}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                return urllib.request.urlopen(f"http://{address}/metrics", timeout=10).read().decode()
            except OSError:
                assert process.poll() is None, "node_exporter ended"
                time.sleep(0.1)
        raise AssertionError("node_exporter does not answer")
    finally:
        process.terminate()
        process.wait()


def main():
    write_tree()
    subprocess.run([PROGRAM, "reconcile", "--quiet", "--root", str(ROOT)], check=True)
    labels = {"catalog": 'pr"o\\d'}
    options = ["--no-reconcile", "--label", "catalog=" + labels["catalog"]]
    collected = FOLDER / "collected"
    collected.mkdir()
    catalog("--format", "openmetrics", *options, "--output", str(collected / "assets.prom"))
    text = (collected / "assets.prom").read_bytes().decode()
    assert text == catalog("--format", "openmetrics", *options), "the same clock gives other bytes"
    wanted = expected(json.loads(catalog("--format", "json", "--no-reconcile")), labels)
    assert {dict(key[1]).get("asset_name") for key in wanted} >= set(HOSTILE)
    # What the tree has for each series of an asset is in the report, so that each kind is compared.
    for family in ("last_materialized_timestamp_seconds", "fresh_until_timestamp_seconds", "last_run_duration_seconds"):
        assert any(name == f"{FAMILY}asset_{family}" for name, _ in wanted), f"nothing to compare: {family}"
    durations = {value for (name, _), value in wanted.items() if name == FAMILY + "asset_last_run_duration_seconds"}
    assert durations == {index * 1001 / 1000 for index in range(len(HOSTILE))}, durations

    check("prometheus_client, OpenMetrics", parsed(openmetrics, text), wanted)
    check("prometheus_client, Prometheus", parsed(prometheus, text), wanted)
    promtool("check", "metrics", text=text)
    print("ok  promtool check metrics")
    answer = scraped(collected)
    errors = [line for line in answer.split("\n") if line.startswith("node_textfile_scrape_error")]
    assert errors == ["node_textfile_scrape_error 0"], errors
    check("node_exporter", parsed(prometheus, answer), wanted)

    # Two roots in one folder, told apart by their label.
    other = ["--no-reconcile", "--label", "catalog=other"]
    catalog("--format", "openmetrics", *other, "--output", str(collected / "other.prom"))
    answer = scraped(collected)
    assert "\nnode_textfile_scrape_error 0\n" in answer
    both = wanted | expected(json.loads(catalog("--format", "json", "--no-reconcile")), {"catalog": "other"})
    check("node_exporter, two roots", parsed(prometheus, answer), both)
    check_alerts()


def check_alerts():
    """The alerts of the article fire when they should, and only then."""
    block = re.search(r"```promql\n(.*?)```", ARTICLE.read_text(), re.S)
    assert block, f"{ARTICLE.name} has no promql block"
    rules = [line for line in block.group(1).split("\n") if line and not line.startswith("#")]
    assert len(rules) == 3, rules
    (FOLDER / "rules.yml").write_text(json.dumps({"groups": [{"name": "assets", "rules": [
        {"alert": name, "expr": expression} for name, expression in zip(("Late", "Bad", "Silent"), rules)]}]}))
    own = {"asset_name": "a", "asset_id": "1"}

    def series(name, value, **labels):
        inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
        return {"series": f"asset_catalog_{name}{{{inner}}}", "values": f"{value}x100"}

    # The clock of the test begins at 0: good until the 20th minute, written in the 10th.
    (FOLDER / "test.yml").write_text(json.dumps({
        "rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [{
            "interval": "1m",
            "input_series": [
                series("asset_fresh_until_timestamp_seconds", 1200, **own), series("asset_policy_info", 1, **own, owner="o", severity="s", rule="r"),
                series("asset_level", 2, asset_name="never", asset_id="1"), series("asset_level", 1, **own),
                series("report_timestamp_seconds", 600)],
            "alert_rule_test": [
                {"eval_time": "20m", "alertname": "Late", "exp_alerts": []},
                {"eval_time": "21m", "alertname": "Late", "exp_alerts": [{"exp_labels": own | {"owner": "o", "severity": "s"}}]},
                {"eval_time": "21m", "alertname": "Bad", "exp_alerts": [{"exp_labels": {"asset_name": "never", "asset_id": "1"}}]},
                {"eval_time": "25m", "alertname": "Silent", "exp_alerts": []},
                {"eval_time": "26m", "alertname": "Silent", "exp_alerts": [{"exp_labels": {}}]}]}]}))
    promtool("test", "rules", str(FOLDER / "test.yml"))
    print("ok  promtool test rules: the article's alerts")


main()
