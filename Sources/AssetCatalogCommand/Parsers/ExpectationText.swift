import AssetCatalog
import FreshnessRules
import ManifestModel

/// The signatures that a caller of `drift` expects: `NAME/ID=SIGNATURE`.
enum ExpectationText {
  /// The asset and the signature of one expectation: a name holds no slash, and the signature begins after the first
  /// `=` after it.
  static func expectation(_ text: String) throws(TextError) -> (asset: AssetIdentifier, signature: String) {
    let form = TextError("\(quoted(text)) is no expectation; write NAME/ID=SIGNATURE")
    let bytes = text.utf8
    guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { throw form }
    let afterSlash = bytes.index(after: slash)
    guard let equals = bytes[afterSlash...].firstIndex(of: UInt8(ascii: "=")) else { throw form }
    let name = text[..<slash]
    let id = text[afterSlash..<equals]
    let signature = text[bytes.index(after: equals)...]
    guard !name.isEmpty, !id.isEmpty, !signature.isEmpty else { throw form }
    return (AssetIdentifier(name: String(name), id: String(id)), String(signature))
  }

  /// The expectations of a file: one a line; blank lines and lines that begin with `#` are skipped.
  static func file(_ bytes: [UInt8]) throws(PlacedJSON.Complaint) -> [(asset: AssetIdentifier, signature: String)] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .init(place: .init(line: 1, column: 1), message: "the text is not UTF-8; save the file as UTF-8")
    }
    var result: [(asset: AssetIdentifier, signature: String)] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#") {
      do {
        result.append(try expectation(String(line)))
      } catch {
        throw .init(place: .init(line: index + 1, column: 1), message: error.message)
      }
    }
    return result
  }

  /// The expectations by asset; two that disagree about one asset are refused.
  static func merged(
    _ expectations: [(asset: AssetIdentifier, signature: String)]
  ) throws(TextError) -> [AssetIdentifier: String] {
    var result: [AssetIdentifier: String] = [:]
    for (asset, signature) in expectations {
      if let other = result.updateValue(signature, forKey: asset), !other.utf8.elementsEqual(signature.utf8) {
        throw TextError(
          "two different signatures are expected of \(quoted("\(asset.name)/\(asset.id)")); keep one of them")
      }
    }
    return result
  }
}
