import Foundation
import Testing

@Suite("The README")
struct ReadmeTests {
  @Test("shows the scheduler's example that the tests compile")
  func schedulerExample() throws {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let readme = try String(contentsOf: here.appending(path: "../../README.md").standardizedFileURL, encoding: .utf8)
    let source = try String(contentsOf: here.appending(path: "SchedulerExample.swift"), encoding: .utf8)
    let example = try #require(source.firstMatch(of: /(?s)\/\/ README begin\n(.*)\/\/ README end\n/)?.output.1)
    #expect(readme.contains("```swift\n\(example)```\n"))
  }
}
