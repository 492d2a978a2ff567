internal import ManifestModel

/// The texts of one JSON object, which is all that sources of credentials say.
struct FlatJSON {
  private var texts: [[UInt8]: [UInt8]] = [:]

  /// - Returns: `nil` if it is no JSON object.
  init?(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return nil }
    do {
      try bytes.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return }
        var reader = JSONReader(start: start, count: bytes.count)
        reader.skipWhitespace()
        guard reader.isAt("{") else { throw JSONFaultInPlace() }
        guard try reader.enterObject() else { return }
        repeat {
          let key = try reader.readKey().wideBytes()
          if reader.isAt("\"") {
            texts[key] = try reader.scanText().wideBytes()
          } else {
            _ = try reader.skipValue()
          }
        } while try reader.nextMember()
      }
    } catch {
      return nil
    }
  }

  private struct JSONFaultInPlace: Error {}

  subscript(_ name: String) -> String? {
    guard let text = texts[Array(name.utf8)], !text.isEmpty else { return nil }
    return String(decoding: text, as: UTF8.self)
  }
}
