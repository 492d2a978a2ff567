import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// What a run wrote, as options give it.
struct RecordedArtifactOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A file that the run writes, relative to the root; may be repeated.", valueName: "path"))
  var artifact: [String] = []
  @Flag(help: "The asset has no artifacts any more.")
  var noArtifacts = false

  func validate() throws {
    if noArtifacts && !artifact.isEmpty {
      throw ValidationError("--artifact and --no-artifacts cannot be given together")
    }
  }

  /// The artifacts; `nil` where nobody said.
  var facts: [ArtifactFacts]? {
    noArtifacts || !artifact.isEmpty ? artifact.map { ArtifactFacts(path: $0) } : nil
  }
}
