/// The beginning of a run that is decided on from the other runs of its asset, as it stands in the manifest before the
/// run itself is put.
///
/// Of several writers who have read the same manifest and then the same runs, one alone can put the next manifest; the
/// claim makes each of these another one, whatever else they hold. Whoever finds the claim of a run that is not there
/// puts that run himself, with the bytes that the claim has: so a run that was claimed is there for all who decide
/// after it, also where its writer died in between. mad_prefect passes over the field, and drops it when it writes the
/// manifest.
package struct RunClaim {
  private static let field = "asset_catalog_claim"

  package let run: String
  /// Tells it from all others.
  private let token: String
  /// What the file of the run's metadata holds.
  package let metadata: [UInt8]

  /// A new claim, which no other equals.
  package init(run: String, metadata: [UInt8]) {
    self.run = run
    self.metadata = metadata
    token = RunReport.makeRunID()
  }

  /// The claim that a manifest holds; `nil` for none that makes sense.
  package init?(in manifest: Manifest) {
    guard let value = manifest.unknownFields.last(where: { $0.key == Self.field })?.rawValue,
      let texts = Self.texts(value), let run = texts["run_id"], MetadataLayout.isValidComponent(run),
      let token = texts["token"], let metadata = texts["metadata"]
    else { return nil }
    (self.run, self.token, self.metadata) = (run, token, Array(metadata.utf8))
  }

  /// The manifest with this claim in the place of any other.
  package func entered(in manifest: Manifest) -> Manifest {
    var result = manifest
    result.unknownFields.removeAll { $0.key == Self.field }
    var json = JSONWriter(reservingBytes: metadata.count + 128)
    json.word("{\"run_id\": ")
    json.text(run)
    json.word(", \"token\": ")
    json.text(token)
    json.word(", \"metadata\": ")
    metadata.withUnsafeBufferPointer { json.text($0) }
    json.word("}")
    result.unknownFields.append(JSONField(key: Self.field, rawValue: json.bytes))
    return result
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
