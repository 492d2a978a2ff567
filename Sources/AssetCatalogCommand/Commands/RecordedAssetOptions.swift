import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// Which asset is recorded, and which run of it.
struct RecordedAssetOptions: ParsableArguments {
  static let rule = """
    Without --id, the id is what mad_prefect makes of an asset whose function takes no arguments: the MD5 of name, \
    path and artifacts folder (--asset-path, --artifacts-dir; empty if they are not given). mad_prefect makes an \
    underscore of each character of a name but letters, digits, '.', '_' and '-'; without --id, a name that it would \
    not leave alone is refused with the one that it makes. With --signature and without --id, the signature is the id, \
    too. An asset with arguments needs its --id, or a --signature that tells its configurations apart.
    """

  @Option(help: ArgumentHelp("The name of the asset.", valueName: "name"))
  var name: String
  @Option(help: ArgumentHelp("The id of its configuration.", valueName: "id"))
  var id: String?
  @Option(help: ArgumentHelp("The signature of its configuration.", valueName: "text"))
  var signature: String?
  @Option(help: ArgumentHelp("The path of the asset, as its definition gives it.", valueName: "path"))
  var assetPath: String?
  @Option(help: ArgumentHelp("The artifacts folder of the asset, if its definition gives one.", valueName: "path"))
  var artifactsDir: String?
  @Option(help: ArgumentHelp("The arguments of the run, as text.", valueName: "text"))
  var parameters: String?
  @Option(help: ArgumentHelp("The id of the run. Default: 32 random hexadecimal digits.", valueName: "id"))
  var run: String?

  func validate() throws {
    do {
      _ = try identity()
    } catch {
      throw ValidationError(error.message)
    }
  }

  func report(_ event: RunReport.Event) throws(TextError) -> RunReport {
    let identity = try identity()
    return RunReport(
      event, of: identity.asset, runID: run ?? RunReport.makeRunID(), signature: identity.signature,
      assetPath: assetPath, parameters: parameters)
  }

  private func identity() throws(TextError) -> RecordedIdentity {
    try RecordedIdentity(
      name: name, id: id, signature: signature, assetPath: assetPath, artifactsFolder: artifactsDir)
  }
}
