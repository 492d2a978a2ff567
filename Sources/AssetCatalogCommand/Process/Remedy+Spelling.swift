import ManifestModel

extension Remedy {
  /// How a person does it with this program: what goes between a sentence of the library and its full stop.
  var spelling: String {
    switch self {
    case .chooseRoot: " with --root"
    case .chooseMetadataFolder: ", or its metadata folder with --metadata"
    case .chooseIndex: " with --index"
    case .reconcile: " with 'asset-catalog reconcile'"
    case .acceptRoot: " with 'asset-catalog reconcile --accept-root'"
    case .acceptCopy: " with --accept-root"
    case .rebuild: " with 'asset-catalog rebuild'"
    case .allowMoreTime: " with --timeout"
    case .answerAsItIs: ", or add --no-reconcile for an answer from the index as it is"
    case .askUnderNoPolicy: ", or add --no-policy to ask under none"
    case .allowTimesAhead: ", or add --allow-future to record it all the same"
    }
  }
}
