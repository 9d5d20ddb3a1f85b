"""Addresses of the pages that draw on several rooms."""

from django.urls import path

from shp_portal.pages import home

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
]
