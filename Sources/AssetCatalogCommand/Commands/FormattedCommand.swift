import ArgumentParser
import AssetCatalog
import Glibc

/// A command whose answer takes the form, and goes into the file, that the user chose.
protocol FormattedCommand: CatalogCommand {
  var format: FormatOptions { get }
}

extension FormattedCommand {
  var outputPath: String? { format.output }
}
