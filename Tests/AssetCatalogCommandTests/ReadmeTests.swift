import Foundation
import Testing

@Suite("The README's examples")
struct ReadmeTests {
  @Test("show what the program prints")
  func console() throws {
    let text = try Document.readme.text
    let block = try #require(text.firstMatch(of: /(?s)```console\n(.*?)```/)?.output.1)
    let examples = block.split(separator: "$ asset-catalog ")
    #expect(examples.count == 5)
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
}
