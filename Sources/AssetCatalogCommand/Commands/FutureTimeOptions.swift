import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// Times that lie ahead.
struct FutureTimeOptions: ParsableArguments {
  @Flag(help: "Take times that are more than 5 minutes ahead of the clock.")
  var allowFuture = false
}
