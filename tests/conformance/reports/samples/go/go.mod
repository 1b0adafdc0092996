module example.com/acme/widgets

go 1.19
