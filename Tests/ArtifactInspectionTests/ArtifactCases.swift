import Foundation
import Glibc
import ManifestModel

@testable import ArtifactInspection

/// What is true of a file in Tests/Fixtures/artifacts; Tests/Conformance/make_artifact_cases.py wrote both.
struct ArtifactCase: Decodable, CustomStringConvertible {
  let file: String
  let format: String?
  /// Stands for a schema: the same for the same, another for another, none for none.
  let label: String?
  let rows: Int64?
  let sampled: Int64?

  var description: String { file }

  static let folder = fixtures + "/artifacts"
  static let fixtures =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path()
    + "Fixtures"

  /// All of them, in the order of their names. Nothing where they cannot be read, which a test notices.
  static let all: [ArtifactCase] = {
    struct Facts: Decodable {
      let format: String?
      let label: String?
      let rows: Int64?
      let sampled: Int64?
    }
    guard let data = FileManager.default.contents(atPath: folder + "/cases.json"),
      let facts = try? JSONDecoder().decode([String: Facts].self, from: data)
    else { return [] }
    return facts.sorted { $0.key < $1.key }.map {
      ArtifactCase(
        file: $0.key, format: $0.value.format, label: $0.value.label, rows: $0.value.rows, sampled: $0.value.sampled)
    }
  }()

  var bytes: [UInt8] { FileManager.default.contents(atPath: "\(Self.folder)/\(file)").map { Array($0) } ?? [] }
}

/// The facts of a file by its path; `nil` where it cannot be opened.
func inspect(path: String) -> ArtifactFacts? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return ArtifactInspector.inspect(descriptor: descriptor, path: path)
}

/// A nameless file that takes one content after the other.
final class ScratchFile: Sendable {
  let descriptor: Int32

  init() throws {
    var template = Array("\(FileManager.default.temporaryDirectory.path())/artifact-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    unlink(template)
  }

  deinit { close(descriptor) }

  /// Replaces the content.
  func write(_ bytes: [UInt8]) throws {
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  /// The facts of a content under a name.
  func inspect(_ bytes: [UInt8], as name: String) throws -> ArtifactFacts {
    try write(bytes)
    return ArtifactInspector.inspect(descriptor: descriptor, path: name)
  }
}

/// SplitMix64: the same numbers from the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var result = state
    result = (result ^ result >> 30) &* 0xBF58_476D_1CE4_E5B9
    result = (result ^ result >> 27) &* 0x94D0_49BB_1331_11EB
    return result ^ result >> 31
  }
}
