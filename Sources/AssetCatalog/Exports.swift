// Who imports the library gets the values that it speaks of.
@_exported public import ManifestModel
