import Foundation
import ManifestModel
import Testing

/// The Swift half of `Scripts/differential_fuzz`: it answers a file of cases, so that Python can compare.
///
/// Each line of the input is `manifest` or `run`, a space and the bytes in base64. Each line of the output is the kind
/// of the refusal, or `ok`, whether the value is lossy, and what is written again without and with the unknown fields.
@Suite struct DifferentialTests {
  @Test(
    "Cases of a differential run are answered",
    .enabled(if: ProcessInfo.processInfo.environment["DIFFERENTIAL_CASES"] != nil))
  func answersCases() throws {
    let path = try #require(ProcessInfo.processInfo.environment["DIFFERENTIAL_CASES"])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    var answers = ""
    for line in lines {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      let bytes = [UInt8](try #require(Data(base64Encoded: String(parts[1]))))
      answers += (parts[0] == "run" ? Self.answerRun(bytes) : Self.answerManifest(bytes)) + "\n"
    }
    try answers.write(toFile: path + ".answers", atomically: true, encoding: .utf8)
  }

  private static func answerManifest(_ bytes: [UInt8]) -> String {
    do {
      let bare = try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: false)
      let full = try ManifestCodec.decodeManifest(bytes, keepingUnknownFields: true)
      return answer(full.isLossy, ManifestCodec.encode(bare), ManifestCodec.encode(full))
    } catch {
      return error.kind.rawValue
    }
  }

  private static func answerRun(_ bytes: [UInt8]) -> String {
    do {
      let bare = try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: false)
      let full = try ManifestCodec.decodeRunMetadata(bytes, keepingUnknownFields: true)
      return answer(full.isLossy, ManifestCodec.encode(bare), ManifestCodec.encode(full))
    } catch {
      return error.kind.rawValue
    }
  }

  private static func answer(_ isLossy: Bool, _ bare: [UInt8], _ full: [UInt8]) -> String {
    "ok \(isLossy) \(Data(bare).base64EncodedString()) \(Data(full).base64EncodedString())"
  }
}
