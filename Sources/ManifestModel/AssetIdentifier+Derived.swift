extension AssetIdentifier {
  /// The id that mad_prefect gives an asset whose function takes no arguments.
  ///
  /// mad_prefect hashes name, path, artifacts folder and the arguments as Python's `str` prints them; without arguments
  /// these are `()` and `{}`. Of an asset with arguments only Python can tell the id in general.
  ///
  /// ```swift
  /// AssetIdentifier.id(name: "__main__.customers", path: "silver/customers.parquet")  // e09cdc38e020b75d…
  /// ```
  ///
  /// - Parameters:
  ///   - name: The name, already sanitized.
  ///   - path: The path of the asset, as it is given to the decorator.
  ///   - artifactsFolder: `artifacts_dir` of the asset, empty by default.
  public static func id(name: String, path: String, artifactsFolder: String = "") -> String {
    MD5.hex("\(name):\(path):\(artifactsFolder):(){}")
  }
}
