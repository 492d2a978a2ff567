import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

@testable import AssetCatalogCommand

/// One report in several forms.
@Suite("A report") struct ReportCommandTests {
  private let scratch: CommandScratch
  /// Another one, empty at first.
  private let tree: ScratchTree

  init() throws {
    tree = try ScratchTree()
    scratch = try CommandScratch()
    _ = try scratch.run("reconcile")
  }

  private func report(_ arguments: String..., status: Int32 = 0) throws -> CommandRun {
    let run = try scratch.run(
      ["report", "--no-reconcile", "--root", scratch.root.path, "--now", CommandScratch.now] + arguments)
    #expect(run.status == status, "\(run.errors)")
    return run
  }

  @Test("is the same to the byte for the same clock", arguments: ReportFormat.allCases)
  func same(_ format: ReportFormat) throws {
    #expect(try report("--format", format.rawValue).output == report("--format", format.rawValue).output)
  }

  @Test("in JSON has the numbers of the questions")
  func numbers() throws {
    let object = try report("--format", "json").object()
    let freshness = try scratch.run("freshness", "--no-reconcile", "--format", "json").rows()
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 31 && freshness.count == 31)
    for (row, expected) in zip(rows, freshness) {
      // Of assets that are well a report tells more than the question.
      for (key, value) in expected where !(value is NSNull) { #expect("\(row[key] ?? "")" == "\(value)", "\(key)") }
    }
    #expect(
      object["assets_by_state"] as? [String: Int] == [
        "fresh": 5, "warn": 0, "stale": 11, "never": 6, "unknown": 9, "ignored": 0,
      ])
    #expect(object["assets_by_level"] as? [String: Int] == ["ok": 5, "warn": 0, "error": 26])
    #expect(object["runs_failed_last_day"] as? Int == 1)
    #expect(object["unfinished_runs"] as? Int == 2)
    let failures = try scratch.run("failures", "--no-reconcile", "--format", "json").rows()
    #expect(object["failures"] as? NSArray == failures as NSArray)
    let problems = try scratch.run("problems", "--no-reconcile", "--format", "json").rows()
    #expect(object["problems"] as? NSArray == problems as NSArray)
  }

  @Test("as metrics has the numbers of JSON")
  func metrics() throws {
    let object = try report("--format", "json").object()
    let samples = try MetricsReader(report("--format", "openmetrics").output).samples
    for (family, label, key) in [("assets", "state", "assets_by_state"), ("problems", "kind", "problems_by_kind")] {
      let counts = try #require(object[key] as? [String: Int])
      for (name, count) in counts { #expect(samples["asset_catalog_\(family){\(label)=\(name)}"] == Double(count)) }
    }
    #expect(samples["asset_catalog_assets_by_owner{owner=,level=error}"] == 26)
    #expect(samples["asset_catalog_runs_failed_last_day"] == 1)
    #expect(samples["asset_catalog_report_timestamp_seconds"] == 1_795_464_000)
    #expect(samples["asset_catalog_assets_without_series"] == 0)
    #expect(samples["asset_catalog_build_info{version=\(RootCommand.version)}"] == 1)
    for row in try #require(object["rows"] as? [[String: Any]]) {
      let asset = "{asset_name=\(row["asset_name"]!),asset_id=\(row["asset_id"]!)}"
      let time = (row["last_materialized"] as? String).flatMap { Timestamp($0)?.microseconds }
      let seconds = time.map { Double($0) / 1e6 }
      #expect(samples["asset_catalog_asset_last_materialized_timestamp_seconds" + asset] == seconds)
      #expect(
        samples["asset_catalog_asset_fresh_until_timestamp_seconds" + asset] == seconds.map { $0 + 86_400 })
      let level = ["ok": 0.0, "warn": 1, "error": 2][row["level"] as? String ?? ""]
      #expect(samples["asset_catalog_asset_level" + asset] == level)
      let duration = (row["last_run_duration_ms"] as? Double).map { $0 / 1000 }
      #expect(samples["asset_catalog_asset_last_run_duration_seconds" + asset] == duration)
    }
  }

  @Test("in Markdown has the numbers of JSON")
  func markdown() throws {
    let text = try report().output
    #expect(text.hasPrefix("**26 of 31 assets need somebody**: 5 fresh, 11 stale, 6 never, 9 unknown. As of "))
    #expect(text.split(separator: "\n").count { $0.hasPrefix("| ") } == 2 + 26)
    #expect(text.contains("\n1 run failed or never came back in the last 24 hours.\n"))
    #expect(text.contains("\n- 1× TimeoutError: 30 s in history.failed&#95;last\n"))
    let problems = try report("--format", "json").object()["problems"] as? [Any]
    #expect(text.contains("\n\(problems?.count ?? 0) problems in the tree: "))
    let linked = try report("--link-base", "https://x.example/a(1).html").output
    #expect(linked.contains("[hand.bad&#95;status](https://x.example/a%281%29.html#asset=hand.bad_status/a1)"))
  }

  @Test("as a page says when the next one is due, and for how many assets it has rows")
  func page() throws {
    let page = try report("--format", "html", "--expect-every", "5m").output
    #expect(page.hasPrefix("<!doctype html>\n") && page.hasSuffix("</html>\n"))
    #expect(page.contains("data-every=\"300\""))
    #expect(try report("--format", "html").output.contains("data-every=\"7200\""))
    #expect(try report("--format", "html", "--expect-every", "500ms").output.contains("data-every=\"0.5\""))
    let short = try report("--format", "html", "--html-assets", "0").output
    // Those that are not well keep their rows.
    #expect(short.utf8.count < page.utf8.count && short.contains("näme") && page.contains("näme"))
  }

  @Test("in Markdown links to what the page has")
  func links() throws {
    let page = try report("--format", "html").output
    let linked = try report("--link-base", "https://x.example/").output
    let targets = linked.split(separator: "](https://x.example/#").dropFirst().map { $0.prefix { $0 != ")" } }
    #expect(targets.count == 26)
    #expect(targets.contains { $0.contains("_") } && targets.contains { $0.contains("%") })
    for target in targets { #expect(page.contains(" id=\"\(target)\""), "\(target)") }
  }

  @Test("does not count among the failures what only takes too long")
  func overrun() throws {
    for hour in 1...9 {
      let start = TreeModel.noon - Int64(hour) * 3_600_000_000
      var run = RunText(id: "p\(hour)", name: "job", assetID: "a", startedAt: start)
      run.materialized = start + 1_000_000
      run.durationMilliseconds = 1000
      try tree.write(run.text, to: .run("job", "a", run.id))
    }
    // All took a second: more than a minute above that is too long.
    let slow = RunText(id: "slow", name: "job", assetID: "a", startedAt: TreeModel.noon - 121_000_000)
    try tree.write(slow.text, to: .run("job", "a", "slow"))
    let options = ["--root", tree.root, "--index", tree.outside("i"), "--now", "2026-11-23T12:00:00Z"]
    #expect(try scratch.run(["failures", "--format", "json"] + options).rows().count == 1)
    let page = try scratch.run(["report", "--format", "html"] + options).output
    #expect(page.contains("0 runs failed in the last 24 h"))
    #expect(page.contains("No run failed in the last 24 hours."))
    #expect(page.contains("<span class=\"kind\">overrun</span>"))
    let object = try scratch.run(["report", "--format", "json"] + options).object()
    #expect(object["runs_failed_last_day"] as? Int == 0)
  }

  @Test("leaves out series above the limit, by name, and says how many")
  func series() throws {
    let run = try report("--format", "openmetrics", "--series", "2", "--label", "catalog=prod", "--label", "site=\"b\"")
    #expect(run.errors.contains("29 assets have no series of their own; --series allows more than 2"))
    let samples = try MetricsReader(run.output).samples
    let named = samples.keys.filter { $0.hasPrefix("asset_catalog_asset_level{") }
    let names = try report("--format", "json").rows().map { "\($0["asset_name"]!)" }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    #expect(named.count == 2)
    for name in names.prefix(2) { #expect(named.contains { $0.contains("asset_name=\(name),") }) }
    #expect(samples["asset_catalog_assets_without_series{catalog=prod,site=\"b\"}"] == 29)
    #expect(samples["asset_catalog_assets{state=stale,catalog=prod,site=\"b\"}"] == 11)
    #expect(samples.keys.allSatisfy { $0.contains("catalog=prod,site=\"b\"") })
  }

  @Test("takes no label that a reader of metrics would refuse or mix up")
  func labels() throws {
    for label in ["catalog", "=x", "catalog=", "9a=x", "a-b=x", "__a=x", "é=x", "state=x", "asset_name=x", "version=1"]
    {
      _ = try report("--format", "openmetrics", "--label", label, status: 64)
    }
    _ = try report("--format", "openmetrics", "--label", "a=1", "--label", "a=2", status: 64)
    _ = try report("--label", "a=1", status: 64)
    _ = try report("--format", "json", "--link-base", "https://x.example", status: 64)
    _ = try report("--expect-every", "5m", status: 64)
    _ = try report("--html-assets", "5", "--format", "json", status: 64)
    _ = try report("--format", "html", "--expect-every", "soon", status: 65)
    for base in ["x.example", "javascript:alert(1)", "https://x.example/a b", "https://x.example/#a", "file:///etc"] {
      _ = try report("--link-base", base, status: 64)
    }
  }

  @Test("ends with 0 unless it is asked to fail")
  func status() throws {
    _ = try report("--fail-on", "none", status: 0)
    _ = try report("--fail-on", "error", status: 1)
    _ = try report("--fail-on", "warn", status: 1)
    _ = try report("--fail-on", "error", "--max-age", "9999999d", status: 1)
    try tree.write(
      #"{"version":1,"asset_name":"n","asset_id":"a","last_materialized":"2026-11-23T10:00:00Z"}"#,
      to: .manifest("n", "a"))
    let well = try scratch.run(
      ["report", "--fail-on", "warn", "--root", tree.root, "--index", tree.outside("i"), "--now", CommandScratch.now])
    #expect(well.status == 0, "\(well.errors)")
    #expect(well.output.hasPrefix("**No asset of 1 needs somebody**: 1 fresh. As of "))
  }

  @Test("gives names as they are, whatever is in them")
  func hostile() throws {
    let names = [
      "a\"b\\c\nd", "{x=\"1\"} 2", "# EOF\n# EOF", "é中😀", " lead", "\u{1B}[31m\u{202E}", "<img|src>`", "cr\rlf\r\n",
    ]
    for name in names {
      try tree.write(
        #"{"version":1,"asset_name":\#(Self.json(name)),"asset_id":"a","last_materialized":"2026-11-23T10:00:00Z"}"#,
        to: .manifest(name, "a"))
    }
    let options = ["--root", tree.root, "--index", tree.outside("i"), "--now", "2026-11-23T12:00:00Z"]
    let text = try scratch.run(["report", "--format", "openmetrics"] + options).output
    let samples = try MetricsReader(text).samples
    let rows = try scratch.run(["report", "--format", "json"] + options).rows()
    #expect(rows.count == names.count)
    for row in rows {
      #expect(names.contains { $0.utf8.elementsEqual("\(row["asset_name"]!)".utf8) })
      #expect(samples["asset_catalog_asset_level{asset_name=\(row["asset_name"]!),asset_id=a}"] != nil)
    }
    #expect(text.hasSuffix("\n# EOF\n"))
  }

  @Test("tells what the policy says of whom")
  func policy() throws {
    func write(_ name: String, _ time: String) throws {
      try tree.write(
        #"{"version":1,"asset_name":"\#(name)","asset_id":"a","last_materialized":"2026-11-\#(time)Z"}"#,
        to: .manifest(name, "a"))
    }
    try write("bronze.a", "23T07:00:00")
    try write("gold.a", "22T09:30:00")
    try write("gold.z", "23T06:30:00")
    try write("tmp.a", "01T00:00:00")
    try Data(
      """
      version: 1
      max_age: 12h
      rules:
        - {name: "tmp.*", ignore: true}
        - {name: "gold.*", cron: "0 7 * * *", window: 1h, grace: 15m, owner: finance, severity: critical, title: Gold}
        - {name: "silver.*", max_age: 1h}
      """.utf8
    ).write(to: URL(filePath: tree.root + "/freshness.yaml"))
    let options = ["--root", tree.root, "--index", tree.outside("i"), "--now", "2026-11-23T12:00:00Z"]
    let object = try scratch.run(["report", "--format", "json"] + options).object()
    #expect(object["policy_rules"] as? Int == 3)
    #expect(object["policy_rules_unmatched"] as? Int == 1)
    #expect(object["level"] as? String == "error")
    let text = try scratch.run(["report", "--format", "openmetrics", "--series", "3"] + options).output
    let samples = try MetricsReader(text).samples
    // Due at seven, counting from six: that of yesterday was late for the day before, and is good until 07:15 of today.
    let expires = "asset_catalog_asset_fresh_until_timestamp_seconds{asset_name="
    #expect(samples[expires + "gold.a,asset_id=a}"] == 1_795_418_100)
    #expect(samples[expires + "gold.z,asset_id=a}"] == 1_795_504_500)
    #expect(samples[expires + "bronze.a,asset_id=a}"] == 1_795_460_400)
    let info = "asset_catalog_asset_policy_info{asset_name="
    #expect(samples[info + "gold.a,asset_id=a,rule=Gold,owner=finance,severity=critical}"] == 1)
    #expect(samples[info + "bronze.a,asset_id=a,rule=,owner=,severity=normal}"] == 1)
    // The critical ones first, then by name: nothing of what is ignored.
    #expect(samples.keys.filter { $0.hasPrefix(info) }.count == 3)
    #expect(samples["asset_catalog_assets_without_series"] == 1)
    #expect(samples["asset_catalog_assets{state=ignored}"] == 1)
    #expect(samples["asset_catalog_assets_by_owner{owner=finance,level=error}"] == 1)
    #expect(samples["asset_catalog_assets_by_owner{owner=,level=ok}"] == 2)
    #expect(samples["asset_catalog_policy_rules_unmatched"] == 1)
    let markdown = try scratch.run(["report"] + options).output
    #expect(markdown.hasPrefix("**1 of 4 assets needs somebody**: 2 fresh, 1 stale, 1 ignored. As of "))
    #expect(markdown.contains("| gold.a | a | stale |") && !markdown.contains("tmp.a"))
    #expect(markdown.contains(" | finance | critical | "))
    // A policy that is wrong leaves the old report.
    let output = try scratch.file("report", "old")
    try Data("max_agee: 1h".utf8).write(to: URL(filePath: tree.root + "/freshness.yaml"))
    let wrong = try scratch.run(["report", "--output", output] + options)
    #expect(wrong.status == 65)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == "old")
    #expect(try scratch.run(["report", "--no-policy"] + options).status == 0)
  }

  private static func json(_ text: String) -> String {
    let data = try! JSONSerialization.data(withJSONObject: [text])
    return String(String(decoding: data, as: UTF8.self).dropFirst().dropLast())
  }
}

/// The samples of a text of metrics, each under its family and labels, unescaped: read apart from how it is written.
private struct MetricsReader {
  var samples: [String: Double] = [:]

  init(_ text: String) throws {
    // A line ends with a line feed alone; a carriage return is a character of a value.
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
    #expect(lines.popLast() == "")
    #expect(lines.last == "# EOF")
    var families: Set<String> = []
    for line in lines where !line.hasPrefix("#") {
      var rest = Array(line.unicodeScalars)[...]
      func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
      }
      var key = text(rest.prefix { $0 != "{" && $0 != " " })
      families.insert(key)
      rest = rest.drop { $0 != "{" && $0 != " " }
      if rest.first == "{" {
        key += "{"
        var isQuoted = false
        while let next = rest.popFirst().flatMap({ _ in rest.first }) {
          if !isQuoted && next == "}" { break }
          if next == "\"" {
            isQuoted.toggle()
          } else if isQuoted && next == "\\" {
            rest.removeFirst()
            let escaped = try #require(rest.first)
            key += escaped == "n" ? "\n" : text([escaped])
          } else {
            key += text([next])
          }
        }
        key += "}"
        rest.removeFirst()
      }
      let value = try #require(Double(text(rest.drop { $0 == " " })))
      #expect(samples.updateValue(value, forKey: key) == nil, "\(key) stands twice")
    }
    for family in families {
      #expect(lines.count { $0 == "# TYPE \(family) gauge" } == 1)
      #expect(lines.count { $0.hasPrefix("# HELP \(family) ") } == 1)
    }
  }
}
