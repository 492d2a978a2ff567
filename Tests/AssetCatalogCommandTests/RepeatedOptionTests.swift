import Foundation
import Testing

@testable import AssetCatalogCommand

@Suite("An option that stands twice")
struct RepeatedOptionTests {
  /// One option of one command, as the program describes itself to tools.
  struct Declared: CustomStringConvertible {
    let command: [String]
    let option: String
    let takesSeveral: Bool

    var description: String { (command + [option]).joined(separator: " ") }
  }

  /// Every option with a value of every command.
  static func declared() throws -> [Declared] {
    let dump = try CommandScratch().run(["--experimental-dump-help"])
    let root = try #require(try dump.object()["command"] as? [String: Any])
    func walk(_ command: [String: Any], _ path: [String]) -> [Declared] {
      let arguments = command["arguments"] as? [[String: Any]] ?? []
      let own = arguments.filter { $0["kind"] as? String == "option" }.flatMap { argument in
        (argument["names"] as? [[String: Any]] ?? []).map { name in
          Declared(
            command: path, option: (name["kind"] as? String == "long" ? "--" : "-") + (name["name"] as? String ?? ""),
            takesSeveral: argument["isRepeating"] as? Bool ?? false)
        }
      }
      let members = command["subcommands"] as? [[String: Any]] ?? []
      return own + members.flatMap { walk($0, path + [$0["commandName"] as? String ?? ""]) }
    }
    return walk(root, []).filter { !$0.command.isEmpty }
  }

  @Test("with different values is refused, for every option of every command that takes one value")
  func refused() throws {
    let scratch = try CommandScratch()
    let single = try Self.declared().filter { !$0.takesSeveral && !["--format", "--limit"].contains($0.option) }
    #expect(single.count > 80)
    for declared in single {
      for words in [[declared.option, "a", declared.option, "b"], ["\(declared.option)=a", "\(declared.option)=b"]] {
        #expect(throws: CommandFailure.self, "\(declared)") { try RepeatedOptions.check(declared.command + words) }
      }
    }
    // The check stands in the way of each command, whatever else is wrong with its line.
    for command in Set(single.map(\.command)) {
      let option = try #require(single.first { $0.command == command }).option
      let run = try scratch.run(command + [option, "a", option, "b"])
      #expect(run.status == 64)
      #expect(run.output.isEmpty)
      #expect(run.errors == "asset-catalog: \(option) stands twice, with 'a' and with 'b'; keep one of them.\n")
    }
  }

  @Test("is taken where it takes several values, where the last counts, and where both values are the same")
  func taken() throws {
    let declared = try Self.declared()
    for several in declared where several.takesSeveral || ["--format", "--limit"].contains(several.option) {
      try RepeatedOptions.check(several.command + [several.option, "a", several.option, "b"])
    }
    for collected in declared where RepeatedOptions.collected.contains(collected.option) {
      #expect(collected.takesSeveral, "\(collected)")
    }
    for same in declared { try RepeatedOptions.check(same.command + [same.option, "a", "\(same.option)=a"]) }
    for filter in ["--name", "--state"] {
      let commands = declared.filter { $0.option == filter && $0.takesSeveral }.map(\.command)
      #expect(commands.contains(["freshness"]))
    }
    try RepeatedOptions.check(["exec", "--run", "a", "--", "tool", "--run", "b", "--run", "c"])
    try RepeatedOptions.check(["list", "-q", "-q", "--csv-raw", "x", "--csv-raw", "y"])
  }

  @Test("before and after the command is one option")
  func acrossTheCommand() throws {
    let run = try CommandScratch().run(["--root", "a", "status", "--root=b"])
    #expect(run.status == 64)
    #expect(run.errors.contains("--root stands twice, with 'a' and with 'b'"))
  }

  @Test("keeps exec from running the command")
  func exec() throws {
    let scratch = try CommandScratch(.copy)
    let mark = scratch.folder.appending(path: "mark").path
    let run = try scratch.run([
      "exec", "--name", "n", "--id", "a", "--run", "1", "--run", "2", "--root", scratch.root.path, "--", "touch", mark,
    ])
    #expect(run.status == 64)
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test("as a filter means any of its values")
  func filters() throws {
    let scratch = try CommandScratch()
    func names(_ arguments: String...) throws -> [String] {
      let all = arguments + ["--format", "json", "--root", scratch.root.path, "--now", CommandScratch.now]
      return try scratch.run(all).rows().compactMap { $0["asset_name"] as? String }
    }
    let some = ["--name", "gold.*", "--name", "bronze.orders_[eu]*"]
    #expect(
      try names("list", some[0], some[1], some[2], some[3]) == ["bronze.orders_eu", "bronze.orders_us", "gold.kpi"])
    #expect(
      try Set(names("freshness", some[0], some[1], some[2], some[3]))
        == ["bronze.orders_eu", "bronze.orders_us", "gold.kpi"])
    #expect(
      try Set(names("stale", "--max-age", "1s", some[0], some[1], some[2], some[3]))
        == ["bronze.orders_eu", "bronze.orders_us", "gold.kpi"])
    #expect(
      try Set(names("failures", "--since", "2020-01-01", "--name", "history.failed*", "--name", "history.full"))
        == ["history.failed_last", "history.full"])
    #expect(try Set(names("drift", "--name", "drift.*", "--name", "gold.*")) == ["drift.variants"])
    #expect(
      try Set(names("artifacts", some[0], some[1], some[2], some[3]))
        == ["bronze.orders_eu", "bronze.orders_us", "gold.kpi"])
    let states = try scratch.run("freshness", "--state", "never", "--state", "warn,stale", "--format", "json").rows()
    #expect(Set(states.compactMap { $0["state"] as? String }) == ["never", "stale"])
  }
}
