import FreshnessRules
import ManifestModel

/// Which asset a report is of: the rule for what its writer need not say, on a command line and in a line of a batch.
struct RecordedIdentity {
  /// The asset.
  let asset: AssetIdentifier
  /// The signature to record: the given one; else, as in mad_prefect, the id that was derived.
  let signature: String?

  /// The asset with its given id; else with its signature for the id; else the one that mad_prefect makes.
  init(
    name: String, id: String?, signature: String?, assetPath: String?, artifactsFolder: String?
  ) throws(TextError) {
    if let id {
      asset = AssetIdentifier(name: name, id: id)
      self.signature = signature
      return
    }
    let derived = AssetIdentifier.derived(name: name, path: assetPath ?? "", artifactsFolder: artifactsFolder ?? "")
    if let signature {
      try Self.checkCanBeID(signature)
      asset = AssetIdentifier(name: name, id: signature)
    } else {
      try Self.check(name, isMadPrefects: derived.name)
      asset = derived
    }
    self.signature = asset.id
  }

  private static func checkCanBeID(_ signature: String) throws(TextError) {
    if signature.isEmpty {
      throw TextError("the signature is empty, so it cannot stand for the id; leave it out, or give the id too")
    }
    let hasBraces = signature.utf8.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
    guard MetadataLayout.isValidComponent(signature), !hasBraces else {
      throw TextError(
        "the signature \(quoted(signature)) cannot stand for the id, which has no /, { or }; give the id too")
    }
  }

  /// Under a name that mad_prefect never uses, the record would be of an asset that mad_prefect does not know.
  private static func check(_ name: String, isMadPrefects derived: String) throws(TextError) {
    if name.utf8.elementsEqual(derived.utf8) { return }
    let way = MetadataLayout.isValidComponent(name) ? ", or give the id to record it as it is" : ""
    throw TextError("mad_prefect calls an asset named \(quoted(name)) \(quoted(derived)); use that name\(way)")
  }
}
