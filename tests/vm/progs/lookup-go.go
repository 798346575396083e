// SPDX-License-Identifier: GPL-2.0

// The addresses of names, by Go's own resolver: lookup-go NAME...
package main

import (
	"context"
	"fmt"
	"net"
	"os"
)

func main() {
	resolver := net.Resolver{PreferGo: true}
	status := 0
	for _, name := range os.Args[1:] {
		found, err := resolver.LookupHost(context.Background(), name)
		if err != nil {
			fmt.Println(err)
			status = 1
		}
		for _, address := range found {
			fmt.Println(address)
		}
	}
	os.Exit(status)
}
