import AssetCatalog
import ManifestModel

extension IndexCopySummary {
  /// `1,234 assets of /srv/storage as of 2026-01-02T03:04:05Z`, as a part of a sentence.
  var sentence: String {
    let time = asOf.map { " as of \($0)" } ?? ""
    return "\(HumanText.count(Int(assetCount), "asset")) of \(quoted(root))\(time)"
  }
}
