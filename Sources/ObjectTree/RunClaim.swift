internal import ManifestModel

/// The beginning of a run that is decided on from the other runs of its asset, as it stands in the manifest before the run
/// itself is put.
///
/// Of several writers who have read the same manifest and then the same runs, one alone can put the next manifest; the claim
/// makes each of these another one, whatever else they hold. Whoever finds the claim of a run that is not there puts that run
/// himself, with the bytes that the claim has: so a run that was claimed is there for all who decide after it, also where
/// its writer died in between. mad_prefect passes over the field, and drops it when it writes the manifest.
struct RunClaim {
  static let field = "asset_catalog_claim"

  var run: String
  /// Tells it from all others.
  var token: String
  /// What the run's metadata holds.
  var metadata: [UInt8]

  init(run: String, metadata: [UInt8]) {
    self.run = run
    self.metadata = metadata
    token = String(UInt64.random(in: 0 ... .max), radix: 16) + String(UInt64.random(in: 0 ... .max), radix: 16)
  }

  /// The claim that a manifest holds; `nil` for none that makes sense.
  init?(in manifest: Manifest) {
    guard let value = manifest.unknownFields.last(where: { $0.key == Self.field })?.rawValue,
      let texts = Self.texts(value), let run = texts["run_id"], MetadataLayout.isValidComponent(run),
      let token = texts["token"], let metadata = texts["metadata"]
    else { return nil }
    (self.run, self.token, self.metadata) = (run, token, Array(metadata.utf8))
  }

  /// The manifest with this claim in the place of any other.
  func entered(in manifest: Manifest) -> Manifest {
    var result = manifest
    result.unknownFields.removeAll { $0.key == Self.field }
    var json = Array("{\"run_id\": ".utf8)
    Self.append(Array(run.utf8), to: &json)
    json += Array(", \"token\": \"\(token)\", \"metadata\": ".utf8)
    Self.append(metadata, to: &json)
    json.append(UInt8(ascii: "}"))
    result.unknownFields.append(JSONField(key: Self.field, rawValue: json))
    return result
  }

  private static func append(_ text: [UInt8], to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
      case UInt8(ascii: "\n"): json += Array("\\n".utf8)
      case 0..<0x10: json += Array("\\u000\(String(byte, radix: 16))".utf8)
      case 0x10..<0x20: json += Array("\\u00\(String(byte, radix: 16))".utf8)
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  private static func texts(_ json: [UInt8]) -> [String: String]? {
    json.withUnsafeBufferPointer { bytes -> [String: String]? in
      guard let start = bytes.baseAddress else { return nil }
      var reader = JSONReader(start: start, count: bytes.count)
      var texts: [String: String] = [:]
      do throws(JSONFault) {
        reader.skipWhitespace()
        guard reader.isAt("{"), try reader.enterObject() else { return nil }
        repeat {
          let key = try reader.readKey().wideBytes()
          if reader.isAt("\"") {
            texts[String(decoding: key, as: UTF8.self)] = String(
              decoding: try reader.scanText().wideBytes(), as: UTF8.self)
          } else {
            _ = try reader.skipValue()
          }
        } while try reader.nextMember()
      } catch {
        return nil
      }
      return texts
    }
  }
}
