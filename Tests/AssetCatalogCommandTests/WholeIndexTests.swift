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

  @Test(
    "for other programs too, while it is made, repaired or read again",
    arguments: ["none", "damaged", "empty file", "rebuild"])
  func others(state: String) throws {
    let scratch = try RecordingScratch()
    for number in 0..<Self.assets {
      let folder = "\(scratch.root)/_asset_metadata/asset_name=n\(number)/asset_id=1"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try #"{"asset_name": "n\#(number)", "asset_id": "1"}"#.write(
        toFile: folder + "/manifest.json", atomically: false, encoding: .utf8)
    }
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
