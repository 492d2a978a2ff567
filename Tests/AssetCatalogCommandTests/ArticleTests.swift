import AssetCatalog
import Foundation
import FreshnessRules
import ManifestModel
import Testing

@testable import AssetCatalogCommand

@Suite("The articles")
struct ArticleTests {
  @Test("list the columns of the views, as 'query --help' does")
  func views() throws {
    let scratch = try CommandScratch()
    let help = try scratch.run(["query", "--help"]).output
    let views = try Document.article("SQL").text.matches(of: /(?m)^\| `(\w+)` \| `(asset_name|path|root)(.*)` \|$/)
    #expect(
      views.map { String($0.output.1) } == ["assets", "runs", "artifacts", "run_artifacts", "problems", "catalog"])
    for view in views.map(\.output) {
      let heading = try scratch.run("query", "SELECT * FROM \(view.1) LIMIT 0", "--format", "csv").output
      let columns = heading.split { $0 == "," || $0.isNewline }.filter { !$0.hasSuffix("_us") }
      let listed = "\(view.2)\(view.3)".split(separator: ", ")
      if listed.last == "…" {
        #expect(Set(columns).isSuperset(of: listed.dropLast()))
      } else {
        #expect(listed == columns)
      }
      let helped = try #require(
        help.firstMatch(of: try Regex("(?m)^  \(view.1) +((.|\\n {10,})+)$"))?.output[1].substring)
      let named = helped.split { $0 == "," || $0.isWhitespace }
      #expect(named.last == "..." ? Set(columns).isSuperset(of: named.dropLast()) : named == columns)
    }
  }

  @Test("list the keys of every answer's rows")
  func keys() throws {
    // What a command needs to answer at all.
    let needed = ["runs": ["history.full"], "prune": ["--keep-last", "1"]]
    let scratch = try CommandScratch()
    let answers = try Document.article("Answers").text
    let rows = answers.matches(of: /(?m)^\| ((?:`[\w-]+`(?:, )?)+) \| `([a-z_0-9, ]+)` \|$/)
    #expect(rows.count == 14)
    for row in rows.map(\.output) {
      for command in row.1.split(separator: ", ").map({ $0.filter { $0 != "`" } }) {
        let run = try scratch.run(
          [command] + needed[command, default: []]
            + ["--format", "csv", "--root", scratch.root.path, "--now", CommandScratch.now])
        let heading = run.output.split(whereSeparator: \.isNewline).first ?? ""
        #expect(heading == row.2.replacing(", ", with: ","), "\(command): \(run.errors)")
      }
    }
  }

  @Test("list every exit status")
  func statuses() throws {
    let rows = try Document.article("Answers").text.matches(of: #/(?m)^\| (\d+) \| /#)
    let numbers = rows.compactMap { Int32($0.output.1) }
    #expect(numbers == ExitStatus.allCases.map(\.rawValue))
  }

  @Test("list every state, reason, finding and kind of problem")
  func words() throws {
    let states = try Document.article("Answers").firstCells(below: "Freshness")
    #expect(states.sorted() == FreshnessState.allCases.map(\.rawValue).sorted())
    let reasons = try Document.article("Policies").firstCells(below: "States and levels")
    #expect(reasons.sorted() == FreshnessReason.allCases.map(\.rawValue).sorted())
    let findings = try Document.article("Policies").firstCells(below: "Findings")
    #expect(findings.sorted() == FreshnessFinding.Kind.allCases.map(\.rawValue).sorted())
    let problems = try Document.article("FilesAndRules").firstCells(below: "Problems")
    #expect(problems.sorted() == ProblemKind.allCases.map(\.rawValue).sorted())
  }

  @Test("list every key of a policy")
  func policyKeys() throws {
    let article = Document.article("Policies")
    let top = ["version", "calendars", "rules", "name", "id", "artifact", "title"]
    #expect(try article.firstCells(below: "Keys") == top)
    #expect(try article.firstCells(below: "What is demanded").sorted() == PolicyKeys.demand.sorted())
    let cascading = try article.firstCells(below: "Labels") + article.firstCells(below: "Checks")
    #expect(cascading.sorted() == PolicyKeys.cascading.sorted())
  }

  @Test("name variables and options of object storage that there are, and schemes that are refused")
  func objectStorage() throws {
    let article = try Document.article("ObjectStorage").text
    let sources = Document.repository.appending(path: "Sources/ObjectStorage")
    let code = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
      .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
    let variables = Set(article.matches(of: /AWS_[A-Z0-9_]+/).map { String($0.output) }.filter { $0 != "AWS_PROFILE" })
    #expect(variables.count > 10)
    for variable in variables { #expect(code.contains("\"\(variable)\""), "\(variable)") }
    let scratch = try CommandScratch()
    let help = try scratch.run(["reconcile", "--help"]).output
    for option in ["--keys-from", "--null", "-0"] { #expect(article.contains("`\(option)") && help.contains(option)) }
    #expect(article.contains("`--max-lag` is 5m for a bucket") && Session.bucketLag == .seconds(300))
    for scheme in ["s3a://", "gs://", "az://", "simplecache::s3://"] {
      #expect(article.contains("`\(scheme)`"))
      #expect(try scratch.run(["list", "--root", "\(scheme)bucket/lake"]).status == 66, "\(scheme)")
    }
  }

  @Test("list every family of the metrics")
  func families() throws {
    let listed = try Document.article("Reports").firstCells(below: "Metrics").filter { !$0.contains("asset_name") }
    let metrics = try CommandScratch().run("report", "--format", "openmetrics").output
    let written = metrics.matches(of: #/(?m)^# TYPE asset_catalog_(\w+) /#).map { String($0.output.1) }
    #expect(written.count > 10)
    #expect(listed.sorted() == written.sorted())
  }
}
