import CatalogTestSupport
import Foundation
import Glibc
import SQLiteDatabase
import Testing

@Suite("The index is there as a whole, or not at all")
struct WholeIndexTests {
  private static let assets = 3_000

  /// How many assets a program sees that knows nothing of this one; `nil` where there is no index.
  private func seen(_ path: String) -> Int64? {
    guard access(path, F_OK) == 0 else { return nil }
    do {
      return try Connection(path: path, mode: .readOnly).int64("SELECT count(*) FROM assets")
    } catch {
      return error.isDamaged || error.cannotOpen ? nil : -1
    }
  }

  private func filledScratch(_ assets: Int) throws -> RecordingScratch {
    let scratch = try RecordingScratch()
    for number in 0..<assets {
      let folder = "\(scratch.root)/_asset_metadata/asset_name=n\(number)/asset_id=1"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try #"{"asset_name": "n\#(number)", "asset_id": "1"}"#.write(
        toFile: folder + "/manifest.json", atomically: false, encoding: .utf8)
    }
    return scratch
  }

  /// What stands in the place of an index before a question makes one, and the question is killed.
  @Test("also after it was killed while it was made or repaired", arguments: ["none", "damaged", "another schema"])
  func killed(state: String) throws {
    let assets = 300
    let scratch = try filledScratch(assets)
    let folder = scratch.root + "/_asset_metadata/.index"
    var random = SplitMix64(seed: 5)
    // At first it is killed at once, then later and later, until it comes to its end.
    var delay = 1_000
    var ended = 0
    while ended < 3 {
      try? FileManager.default.removeItem(atPath: folder)
      if state != "none" {
        try scratch.run("reconcile")
        if state == "damaged" {
          for ending in ["-wal", "-shm"] { unlink(folder + "/catalog-1.sqlite" + ending) }
          try Data("damaged".utf8).write(to: URL(filePath: folder + "/catalog-1.sqlite"))
        } else {
          let connection = try Connection(path: folder + "/catalog.sqlite", mode: .readWrite)
          try connection.execute("CREATE TABLE mine (i)")
        }
      }
      let process = try scratch.process(["list", "--limit", "1"])
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(UInt32.random(in: UInt32(delay / 2)...UInt32(delay), using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .exit { ended += 1 }
      delay += delay / 4
      let count = seen(folder + "/catalog.sqlite")
      #expect(count == nil || count == Int64(assets))
      if state == "another schema" { #expect(count == Int64(assets)) }
    }
  }

  @Test(
    "for other programs too, while it is made, repaired or read again",
    arguments: ["none", "damaged", "empty file", "rebuild"])
  func others(state: String) throws {
    let scratch = try filledScratch(Self.assets)
    let index = scratch.root + "/_asset_metadata/.index"
    if state != "none" { try scratch.run("reconcile") }
    switch state {
    case "damaged": try Data("damaged".utf8).write(to: URL(filePath: index + "/catalog-1.sqlite"))
    case "empty file": truncate(index + "/catalog-1.sqlite", 0)
    default: break
    }
    if state == "damaged" || state == "empty file" {
      for ending in ["-wal", "-shm"] { unlink(index + "/catalog-1.sqlite" + ending) }
    }
    let process = try scratch.process(state == "rebuild" ? ["rebuild", "--quiet"] : ["list", "--limit", "1"])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var counts: Set<Int64> = []
    while process.isRunning {
      if state != "empty file" || FileManager.default.fileExists(atPath: index + "/catalog-2.sqlite") {
        if let count = seen(index + "/catalog.sqlite") { counts.insert(count) }
      }
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    counts.insert(try #require(seen(index + "/catalog.sqlite")))
    // An empty file has no view; SQLite says so.
    if state == "empty file" { counts.remove(-1) }
    #expect(counts == [Int64(Self.assets)])
  }
}
