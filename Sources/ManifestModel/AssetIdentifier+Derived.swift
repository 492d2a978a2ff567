extension AssetIdentifier {
  /// The id that mad_prefect gives an asset whose function takes no arguments.
  ///
  /// mad_prefect hashes the name that it made of the given one, path, artifacts folder and the arguments as Python's
  /// `str` prints them; without arguments these are `()` and `{}`. Of an asset with arguments only Python can tell the
  /// id in general.
  ///
  /// ```swift
  /// AssetIdentifier.id(name: "__main__.customers", path: "silver/customers.parquet")  // e09cdc38e020b75d…
  /// ```
  ///
  /// - Parameters:
  ///   - name: The name, as it is given to the decorator.
  ///   - path: The path of the asset, as it is given to the decorator.
  ///   - artifactsFolder: `artifacts_dir` of the asset, empty by default.
  package static func id(name: String, path: String, artifactsFolder: String = "") -> String {
    MD5.hex("\(MetadataLayout.sanitize(name: name)):\(path):\(artifactsFolder):(){}")
  }

  /// The name and the id that mad_prefect gives an asset whose function takes no arguments.
  ///
  /// ```swift
  /// AssetIdentifier.derived(name: "daily sales", path: "gold/sales.parquet").name  // daily_sales
  /// ```
  ///
  /// - Parameters: As of ``id(name:path:artifactsFolder:)``.
  public static func derived(name: String, path: String, artifactsFolder: String = "") -> AssetIdentifier {
    AssetIdentifier(
      name: MetadataLayout.sanitize(name: name), id: id(name: name, path: path, artifactsFolder: artifactsFolder))
  }
}
