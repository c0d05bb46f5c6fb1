"""The product: population and billing in; users, features, releases and usage events out."""
