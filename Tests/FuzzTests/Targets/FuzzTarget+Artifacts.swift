import ArtifactInspection
import Foundation
import ManifestModel

extension FuzzTarget {
  static let parquet = artifact("parquet", "a.parquet")
  static let csv = artifact("csv", "a.csv")
  static let json = artifact("json", "a.json")

  /// A file that a run wrote, looked at under a name that says what it should be.
  private static func artifact(_ name: String, _ path: String) -> FuzzTarget {
    FuzzTarget(name: name) { bytes throws(BrokenRule) in
      var place = Array((NSTemporaryDirectory() + "/artifact-XXXXXX").utf8CString)
      let descriptor = mkstemp(&place)
      defer { close(descriptor) }
      guard descriptor >= 0, unlink(place) == 0, write(descriptor, bytes.baseAddress, bytes.count) == bytes.count else {
        throw BrokenRule("there is no file to look at: \(errno)")
      }
      let facts = ArtifactInspector.inspect(descriptor: descriptor, path: path)
      try require(facts.bytes == Int64(bytes.count), "the size is \(facts.bytes ?? -1) instead of \(bytes.count)")
      try require(facts.format != nil && facts.path == path, "path or format is missing")
      try require(facts.rowCount ?? 0 >= 0, "\(facts.rowCount ?? 0) rows")
      try require((0...1_000).contains(facts.sampledRows ?? 0), "\(facts.sampledRows ?? 0) sampled rows")
      if let hash = facts.schemaHash {
        try require(
          hash.utf8.count == 35 && hash.hasPrefix("v1:")
            && hash.utf8.dropFirst(3).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) },
          "the hash is \(hash)")
      }
      try require(lseek(descriptor, 0, SEEK_CUR) == bytes.count, "the offset of the file was moved")
      // What is recorded of it comes back.
      try requireRoundTrip(RunMetadata(id: "r1", artifacts: [facts]))
      try require(
        ArtifactInspector.inspect(descriptor: descriptor, path: path) == facts, "the second look tells otherwise")
    }
  }
}
