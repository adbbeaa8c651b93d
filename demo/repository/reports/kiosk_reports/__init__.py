"""Reports on exported Kiosk orders."""
