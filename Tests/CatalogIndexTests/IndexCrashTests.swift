import Foundation
import SQLiteDatabase
import Testing

@testable import CatalogIndex

/// Kills a process that publishes, and looks at what it leaves.
///
/// The process is this test program again, running the one test that is disabled otherwise.
@Suite struct IndexCrashTests {
  private static let variable = "CATALOG_INDEX_TO_PUBLISH"

  /// Publishes generation after generation: each with as many rows as its number, and each announced by a line.
  @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil, "runs only as the victim of the test below"))
  func `Victim`() throws {
    let path = try #require(ProcessInfo.processInfo.environment[Self.variable])
    let location = try IndexLocation.resolve(explicit: path, root: "/", metadataFolder: "m", environment: [:])
    let start = try Int(IndexFile.open(location, .writing).rowCount())
    for rows in (start + 1)... {
      let scratch = try IndexFile.makeScratch(location)
      try IndexFolder.fill(scratch.connection, rows: rows)
      try IndexFile.publish(scratch, at: location)
      FileHandle.standardError.write(Data("published \(rows)\n".utf8))
    }
  }

  @Test(arguments: 1...12) func `A process that is killed while it publishes leaves a whole index`(seed: Int) throws {
    let folder = try IndexFolder()
    var acknowledged = 0
    var random = UInt64(seed)
    for _ in 0..<3 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let victim = Process()
      let output = Pipe()
      victim.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      victim.arguments = ["--testing-library", "swift-testing", "--filter", "IndexCrashTests/Victim"]
      victim.environment = ProcessInfo.processInfo.environment.merging([Self.variable: folder.location.path]) { $1 }
      victim.standardOutput = FileHandle.nullDevice
      victim.standardError = output
      try victim.run()
      // After some publications, and then at whatever point the next one has reached.
      var text = ""
      let wanted = 1 + Int(random >> 33) % 4
      var lines = 0
      while lines < wanted {
        let bytes = output.fileHandleForReading.availableData
        guard !bytes.isEmpty else { break }
        text += String(decoding: bytes, as: UTF8.self)
        lines = text.split(separator: "\n").count { $0.hasPrefix("published") }
      }
      try #require(lines >= wanted, "\(text)")
      for _ in 0..<Int(random >> 40) % 200_000 { random = random &* 6_364_136_223_846_793_005 &+ 1 }
      kill(victim.processIdentifier, SIGKILL)
      text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      victim.waitUntilExit()
      acknowledged = text.split(separator: "\n").compactMap { Int($0.dropFirst("published ".count)) }.last ?? 0

      let index = try IndexFile.open(folder.location, .reading)
      let rows = Int(try index.rowCount())
      #expect(rows == acknowledged || rows == acknowledged + 1)
      #expect(try index.connection.findDamage(isFull: true) == [])
    }
    // The next one to publish clears away what the victims left.
    _ = try folder.publish(rows: 1)
    #expect(folder.names.contains { $0.hasPrefix(".") } == false)
    #expect(folder.linkTarget == "catalog-1.sqlite")
  }
}
