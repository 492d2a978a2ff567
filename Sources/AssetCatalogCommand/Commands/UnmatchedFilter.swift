import AssetCatalog
import FreshnessRules
import ManifestModel

/// What was asked about and is not there: nothing was found wrong with it, but it is not fine.
extension Session {
  /// What is said of one question at most.
  private static let mostSentences = 10

  /// The status of a question that was answered: 1 and a sentence for each pattern that matches no asset at all.
  func status(_ status: ExitStatus, unlessUnmatched names: [String]) throws -> ExitStatus {
    if names.isEmpty { return status }
    let catalog = try settledCatalog()
    let unmatched = try catalog.unmatched(names)
    for name in unmatched.prefix(Self.mostSentences) {
      guard let literal = GlobPattern.name(of: name) else {
        Self.say(
          "no asset below \(quoted(root)) has a name that matches \(quoted(name)); 'asset-catalog list' names them all")
        continue
      }
      Self.say(try sentence(onMissing: quoted(literal), name: literal, isPattern: true, in: catalog))
    }
    sayMore(unmatched.count)
    return unmatched.isEmpty ? status : .found
  }

  /// The status of a question that was answered: 1 and a sentence for each expected asset that is not there.
  func status(_ status: ExitStatus, unlessUnknown assets: [AssetIdentifier]) throws -> ExitStatus {
    if assets.isEmpty { return status }
    let catalog = try settledCatalog()
    let unknown = try catalog.unknown(assets.sorted())
    for asset in unknown.prefix(Self.mostSentences) {
      Self.say(
        try sentence(onMissing: quoted("\(asset.name)/\(asset.id)"), name: asset.name, id: asset.id, in: catalog))
    }
    sayMore(unknown.count)
    return unknown.isEmpty ? status : .found
  }

  /// `there is no asset 'bronze.ordres' below '/srv'; did you mean 'bronze.orders'?`
  ///
  /// - Parameters:
  ///   - id: the id that was asked for too; of a name that is there, it is what is missing.
  ///   - isPattern: whether a pattern could have been given instead.
  func sentence(
    onMissing asset: String, name: String, id: String? = nil, isPattern: Bool = false, in catalog: Catalog
  ) throws(CatalogError) -> String {
    let complaint = "there is no asset \(asset) below \(quoted(root))"
    let nearest = try catalog.nearestName(to: name)
    if let nearest, !nearest.utf8.elementsEqual(name.utf8) {
      let all =
        isPattern && nearest.utf8.starts(with: name.utf8) ? ", or \(quoted(name + "*")) for all that begin so" : ""
      return "\(complaint); did you mean \(quoted(nearest))\(all)?"
    }
    if nearest != nil, let id {
      let ids = try catalog.assets(name: GlobPattern.exactly(name)).rows.map(\.asset.id)
      if let meant = NearestText.among(ids, to: id) ?? (ids.count == 1 ? ids[0] : nil) {
        return "\(complaint); did you mean the id \(quoted(meant))?"
      }
    }
    return "\(complaint); 'asset-catalog list' names them all"
  }

  private func sayMore(_ count: Int) {
    if count > Self.mostSentences { Self.say("and \(HumanText.count(count - Self.mostSentences)) more are not there") }
  }
}
