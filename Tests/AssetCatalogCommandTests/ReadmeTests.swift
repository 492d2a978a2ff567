import Foundation
import Testing

@Suite("The README's examples")
struct ReadmeTests {
  static let readme = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    .standardizedFileURL

  @Test("show what the program prints")
  func console() throws {
    let text: String = try String(contentsOf: Self.readme, encoding: .utf8)
    let block = try #require(text.firstMatch(of: /(?s)```console\n(.*?)```/)?.output.1)
    let examples = block.split(separator: "$ asset-catalog ")
    #expect(examples.count >= 3)
    let scratch = try CommandScratch()
    for example in examples {
      let lines = example.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
      let arguments: [String] = lines[0].split(separator: " ").map { word in word.filter { $0 != "'" } }
      let run = try scratch.run(arguments + ["--root", scratch.root.path, "--now", CommandScratch.now])
      let printed = run.output.split(separator: "\n").map(String.init)
      // The last line says as of when the index speaks: another time at every run.
      #expect(Array(printed.dropLast()) == Array(lines.dropFirst()), "\(run.errors)")
    }
  }

  @Test("of the views, like those of 'query --help', are the views' columns")
  func views() throws {
    let scratch = try CommandScratch()
    let readme: String = try String(contentsOf: Self.readme, encoding: .utf8)
    let help = try scratch.run(["query", "--help"]).output
    let views = readme.matches(of: /(?m)^\| `(\w+)` \| `(asset_name|path|root)(.*)` \|$/)
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
}
