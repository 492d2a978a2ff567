import Foundation
import Testing

@Suite("What is asked about and is not there")
struct UnmatchedFilterTests {
  @Test(
    "is said and ends with 1, in every question with a filter; standard output stays pure",
    arguments: [
      ["list"], ["freshness"], ["freshness", "--state", "fresh"], ["stale"], ["failures"], ["drift"],
      ["schema-changes"], ["artifacts"], ["artifacts", "--missing"], ["artifacts", "gold/kpi.json"],
    ])
  func unmatchedName(command: [String]) throws {
    let scratch = try CommandScratch()
    for (names, sentences) in [
      (["gold.kpi", "no-such*"], ["has a name that matches 'no-such*'; 'asset-catalog list' names them all"]),
      (["Gold.kpj"], ["There is no asset 'Gold.kpj'", "did you mean 'gold.kpi'?"]),
      (["x*", "bronze"], ["matches 'x*'", "There is no asset 'bronze' below"]),
    ] {
      for form in ["json", "table"] {
        let run = try scratch.run(
          command + names.flatMap { ["--name", $0] } + [
            "--format", form, "--quiet", "--root", scratch.root.path, "--now", CommandScratch.now,
          ])
        #expect(run.status == 1)
        for sentence in sentences { #expect(run.errors.contains(sentence), "\(run.errors)") }
        #expect(run.errors.split(separator: "\n").count == (names.contains("gold.kpi") ? 1 : names.count))
        if form == "json" { _ = try run.rows() }
      }
    }
  }

  @Test("is not what matches an asset with which nothing is wrong")
  func matchedName() throws {
    let scratch = try CommandScratch()
    for command in [["stale", "--max-age", "9999w"], ["failures", "--since", "1m"], ["drift"], ["schema-changes"]] {
      let run = try scratch.run(
        command + ["--name", "gold.*", "--root", scratch.root.path, "--now", CommandScratch.now])
      #expect(run.status == 0)
      #expect(run.errors.isEmpty)
    }
  }

  @Test("is an expected asset too, however many there are")
  func expectedAsset() throws {
    let scratch = try CommandScratch()
    let one = try scratch.run("drift", "--name", "gold.*", "--expect", "nope/x=abc", "--format", "json")
    #expect(one.status == 1)
    #expect(try one.rows().isEmpty)
    #expect(one.errors.hasPrefix("asset-catalog: There is no asset 'nope/x' below "))
    let id = try scratch.run("drift", "--name", "gold.*", "--expect", "gold.kpi/x=abc")
    #expect(id.status == 1)
    #expect(id.errors.contains("There is no asset 'gold.kpi/x'") && id.errors.contains("did you mean the id '2a53426a"))
    let path = try scratch.file("expected.txt", (0..<1000).map { "n\($0)/a=b\n" }.joined())
    let many = try scratch.run("drift", "--name", "gold.*", "--expect-file", path)
    #expect(many.status == 1)
    #expect(many.errors.split(separator: "\n").count == 11)
    #expect(many.errors.hasSuffix("And 990 more are not there.\n"))
  }

  @Test("is a path that nobody produces, where it is asked whether it is missing")
  func unknownPath() throws {
    let scratch = try CommandScratch()
    let missing = try scratch.run("artifacts", "--missing", "gold/kpj.json", "--format", "json")
    #expect(missing.status == 1)
    #expect(try missing.rows().isEmpty)
    #expect(missing.errors.contains("No asset produces 'gold/kpj.json'"))
    #expect(try scratch.run("artifacts", "--missing", "gold/kpi.json").status == 0)
    #expect(try scratch.run("artifacts", "gold/kpj.json").status == 0)
  }

  @Test(
    "is answered with what was meant",
    arguments: [
      (["show", "bronze.order"], 1, "'bronze.orders_eu'"), (["runs", "bronze.ordesr_us"], 1, "'bronze.orders_us'"),
      (["list", "--name", "GOLD.KPI"], 1, "'gold.kpi'"), (["frehsness"], 64, "'freshness'"),
      (["record", "sucess"], 64, "'record success'"), (["show", "drift.variants", "cgf1"], 1, "the id 'cfg1'"),
      (["freshness", "--state", "fresh,stal"], 64, "'stale'"),
      (["list", "--nmae", "x"], 64, "'--name'"), (["--roto", "x", "list"], 64, "'--root'"),
      (["help", "freshnes"], 64, "'freshness'"), (["help", "record", "sucess"], 64, "'record success'"),
      (["list", "--name", "bronze"], 1, "'bronze.broken', or 'bronze*' for all that begin so"),
    ] as [([String], Int32, String)])
  func meant(arguments: [String], status: Int32, meant: String) throws {
    let scratch = try CommandScratch()
    let run = try scratch.run(arguments + ["--root", scratch.root.path])
    #expect(run.status == status)
    #expect(run.output.isEmpty || arguments[0] == "list")
    #expect(run.errors.lowercased().contains("did you mean \(meant.lowercased())?"), "\(run.errors)")
  }

  @Test("is a time ahead of the clock, which is a warning")
  func futureSince() throws {
    let run = try CommandScratch().run("failures", "--since", "2099-01-01", "--format", "json")
    #expect(run.status == 0)
    #expect(try run.rows().isEmpty)
    #expect(run.errors.contains("--since 2099-01-01T00:00:00Z is ahead of the clock"))
  }

  @Test("is told of in the help of each question with a filter")
  func help() throws {
    let scratch = try CommandScratch()
    for command in ["list", "freshness", "stale", "failures", "drift", "schema-changes", "artifacts"] {
      let help = try scratch.run([command, "--help"]).output
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(help.contains("a --name matches no asset"), "\(command)")
      #expect(help.contains("EXIT STATUS"))
    }
  }
}
